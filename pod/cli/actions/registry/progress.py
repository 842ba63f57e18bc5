"""How a pull is shown: bars on a terminal, Docker's plain lines in a pipe, nothing when it is to be quiet."""

from __future__ import annotations

import sys

from pod.engine.images.pull import PullProgress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from pod.engine.images.pull import Pulled
    from pod.oci.digest import Digest
    from pod.oci.manifest import Descriptor
    from pod.oci.reference import Reference
    from pod.registry.repository import Repository


class PlainLines(PullProgress):
    """A line for everything that happens to a layer, as Docker prints where there is no terminal."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._said: dict[Digest, int] = {}

    def _say(self, text: str) -> None:
        print(text, file=self._stream, flush=True)

    def begin(self, reference: Reference, repository: Repository) -> None:
        del repository
        path = reference.path if reference.registry == "docker.io" else reference.name
        self._say(f"{reference.digest or reference.tag}: Pulling from {path}")

    def layers(self, layers: tuple[Descriptor, ...], present: frozenset[Digest]) -> None:
        for digest in dict.fromkeys(layer.digest for layer in layers):
            self._say(f"{digest.short}: {'Already exists' if digest in present else 'Pulling fs layer'}")

    def layer(self, layer: Descriptor, fetched: int, unpacked: int) -> None:
        said = self._said.get(layer.digest, 0)
        if fetched >= layer.size and said < 1:
            self._say(f"{layer.digest.short}: Download complete")
            self._said[layer.digest] = said = 1
        if unpacked >= layer.size and said == 1:
            self._say(f"{layer.digest.short}: Pull complete")
            self._said[layer.digest] = 2

    def end(self, pulled: Pulled) -> None:
        from pod.storage.images import familiar

        self._say(f"Digest: {pulled.digest}")
        state = "Downloaded newer image for" if pulled.fresh else "Image is up to date for"
        self._say(f"Status: {state} {familiar(pulled.name)}")


def choose(stream: TextIO) -> PullProgress:
    """Return bars where people see them (they are drawn on stderr), else plain lines on the stream."""
    if not all(one is not None and one.isatty() for one in (sys.stderr, stream)):
        return PlainLines(stream)
    from pod.cli.actions.registry.pull_bars import PullBars  # rich

    return PullBars()
