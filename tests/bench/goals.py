"""What pod is to reach, by the name of the case, and how the README calls it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """An upper bound: of pod's value over Podman's or, where `value` is given, of pod's own."""

    shown: str
    ratio: float = 0.0
    value: float = 0.0

    def met(self, own: float, ratio: float | None) -> bool:
        """Tell whether what was measured reaches it."""
        return own <= self.value if self.value else ratio is not None and ratio <= self.ratio

    def __str__(self) -> str:
        return f"≤ {self.value:g}" if self.value else f"≤ {self.ratio:.1f}"


GOALS = {
    "--version": Goal("`--version`", 1.5),
    "run, network none": Goal("`run --rm --network none busybox true`", 0.6),
    "run, default network": Goal("`run --rm busybox true` (slirp4netns; pasta)", 0.7),
    "run, user-defined network": Goal("`run --rm` on a user-defined network", 0.5),
    "exec": Goal("`exec C true`", 0.4),
    "50 × run -d, one after another": Goal("50 × `run -d`, one after another", 0.7),
    "50 × run -d, at once": Goal("50 × `run -d`, at once", 0.7),
    "rm -f, 50 running containers": Goal("`rm -f` of 50 running containers", 0.6),
    "ps -a, 1 container": Goal("`ps -a`, 1 container", 1.2),
    "ps -a, 1,000 containers": Goal("`ps -a`, 1,000 containers", 0.5),
    "inspect, 100 containers": Goal("`inspect` of 100 containers", 0.6),
    "completion of a name, 100 containers": Goal("completion of a container's name", value=50),
    "images, 500 images": Goal("`images`, 500 images", 0.6),
    "run, 1 GB to stdout": Goal("`run` writing 1 GB to its output", 1.0),
    "logs, 1 GB": Goal("`logs` of 1 GB", 1.0),
    "load, Debian of 170 MB": Goal("`load` of a Debian of 170 MB", 0.6),
    "build, everything cached": Goal("`build`, everything cached", 0.6),
    "commit, 500 MB changed": Goal("`commit` of 500 MB", 0.6),
    "memory, network none": Goal("one idle container, network none", value=6),
    "memory, slirp4netns with a port": Goal("one idle container, slirp4netns, a published port", 1.0),
    "memory, user-defined network with a port": Goal("one idle container, user-defined network, a published port", 0.6),
}
