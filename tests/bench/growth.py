"""`python -m tests.bench.growth`: each command with 10, 100 and 1,000 containers, images, volumes and networks present.

What is measured is the processor time of the command, the least of several runs: it hardly depends on what else the
machine does. The text goes to stdout; with `--write` a table and a plot go beside this file (growth.txt, growth.svg).
"""

from __future__ import annotations

import argparse
import platform
import resource
import shlex
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bench import density, plot, report
from tests.bench.sides import Side, prepare
from tests.support import busybox, folders, images

COUNTS = (10, 100, 1000)
RUNS = 5


@dataclass(frozen=True)
class Step:
    """A command; `before` and `after` are run around it and not measured. N is a new number in each run."""

    name: str
    words: str
    before: str = ""
    after: str = ""
    lists: bool = False  # it is asked about all of them, and may grow


_RUN = "run -d --name newN --network none busybox sleep 1000"
STEPS = [
    Step("run --rm", "run --rm --network none busybox true"),
    Step("run --rm, slirp4netns", "run --rm busybox true"),
    Step("run --rm, own network", "run --rm --network bench-network busybox true"),
    Step("run -d", _RUN, after="rm -f -t 0 newN"),
    Step("rm -f", "rm -f -t 0 newN", before=_RUN),
    Step("run --rm -v", "run --rm -v bench-volume:/v --network none busybox true"),
    Step("exec", "exec live true"),
    Step("create", "create --name newN --network none busybox true", after="rm newN"),
    Step("rm", "rm newN", before="create --name newN --network none busybox true"),
    Step("stop", "stop -t 0 live", after="start live"),
    Step("start", "start live", before="stop -t 0 live"),
    Step("inspect", "inspect bench-1"),
    Step("logs", "logs live"),
    Step("commit", "commit -q bench-1 newN", after="rmi newN"),
    Step("image inspect", "image inspect busybox"),
    Step("load", "load -q -i ARCHIVE", after="rmi bench-loaded"),
    Step("build, cached", "build -q CONTEXT"),
    Step("tag", "tag busybox newN", after="rmi newN"),
    Step("rmi", "rmi newN", before="commit -q bench-1 newN"),
    Step("volume create", "volume create newN", after="volume rm newN"),
    Step("volume rm", "volume rm newN", before="volume create newN"),
    Step("network rm", "network rm newN", before="network create newN"),
    Step("ps", "ps", lists=True),
    Step("ps -a", "ps -a", lists=True),
    Step("images", "images", lists=True),
    Step("volume ls", "volume ls", lists=True),
    Step("network create", "network create newN", after="network rm newN", lists=True),  # its subnet is no other's
    Step("completion of a name", "__complete -- stop ''", lists=True),
]

Measured = dict[str, list[float]]


def main(argv: Sequence[str]) -> int:
    """Measure, print, and write what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.growth", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write growth.txt and growth.svg beside the program")
    parser.add_argument(
        "--counts", type=int, nargs="+", default=COUNTS, help="how many containers, images, volumes and networks"
    )
    options = parser.parse_args(argv)
    with folders.scratch() as folder, ExitStack() as cleanup:
        side = prepare(folder, cleanup, alone=True)[0][0]
        found = measure(side, options.counts, folder)
        heading = f"{report.machine()}; {side.version}; processor time in ms, the least of {RUNS} runs"
        print(text := table(found, options.counts, heading))
        if options.write:
            place = Path(__file__).with_name("growth.txt")
            place.write_text(f"{text}\n")
            lines = [(step.name, found[step.name], step.lists) for step in STEPS]
            place.with_suffix(".svg").write_text(
                plot.growth(lines, options.counts, f"Python {platform.python_version()}")
            )
    return 0


def measure(side: Side, counts: Sequence[int], folder: Path) -> Measured:
    """Return the times of every step for each count."""
    files = _files(folder)
    found: Measured = {step.name: [] for step in STEPS}
    present = 0
    side.command("volume", "create", "bench-volume").ok()
    side.command("network", "create", "bench-network").ok()
    side.command("run", "-d", "--name", "live", "--network", "none", "busybox", "sleep", "10000").ok()
    for count in counts:
        density.containers(side, count)
        density.load_images(side, present + 1, count)
        for kind in ("volume", "network"):
            density.create(side, kind, present + 1, count)
        present = count
        for step in STEPS:
            found[step.name].append(
                min(_time(side, step, {**files, "newN": f"new-{count}-{turn}"}) for turn in range(RUNS))
            )
            print(f"{count} {step.name}: {found[step.name][-1]:.1f}", file=sys.stderr, flush=True)
    side.command("rm", "-f", "-t", "0", "live")
    density.forget_containers(side)
    return found


def _files(folder: Path) -> dict[str, str]:
    """Return an archive of an image, and the context of a build."""
    image = images.Image(busybox.image().layers, {"Cmd": ["sh"]}, ["docker.io/library/bench-loaded:latest"])
    context = folder / "context"
    context.mkdir()
    (context / "Dockerfile").write_text("FROM busybox\nRUN echo 1 > /one\nRUN echo 2 > /two\n")
    return {"ARCHIVE": str(images.write_docker_archive(folder / "loaded.tar", image)), "CONTEXT": str(context)}


def _time(side: Side, step: Step, stands_for: dict[str, str]) -> float:
    def words(text: str) -> list[str]:
        return [stands_for.get(word, word) for word in shlex.split(text)]

    if step.before:
        side.command(*words(step.before)).ok()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(side.command.argv(*words(step.words)), env=dict(side.command.env), check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if step.after:
        side.command(*words(step.after)).ok()
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def table(found: Measured, counts: Sequence[int], heading: str) -> str:
    """Return what was measured as text."""
    lines = [heading, "", f"{'how many of each:':24}" + "".join(f"{count:>8,}" for count in counts)]
    for lists, title in ((False, "asked about one, or none"), (True, "asked about all")):
        lines += ["", title]
        lines += [
            f"  {step.name:22}" + "".join(f"{value:8.0f}" for value in found[step.name])
            for step in STEPS
            if step.lists == lists
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
