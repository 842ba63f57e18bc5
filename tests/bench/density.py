"""Many at a time: containers started, listed, inspected and removed by the dozen, images by the hundred."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.bench.sides import Side
from tests.bench.timing import Command
from tests.support import busybox, folders, images

_LONG = 900.0
_LOOP = 'for n in $(seq "$1" "$2"); do "${@:3}" --name bench-$n busybox sleep 1000 >/dev/null'
_ONE_AFTER_ANOTHER = f"{_LOOP} || exit; done"
_AT_ONCE = f"{_LOOP} & done; for job in $(jobs -p); do wait $job || exit; done"

Make = Callable[[Side, ExitStack], Command]

_present: dict[str, int] = {}
"""How many containers a side has of those that are only listed: they stay from case to case."""


def containers(side: Side, count: int) -> None:
    """Have containers bench-1 … bench-`count` that never ran."""
    present = _present.get(side.name, 0)
    if present < count:
        _loop(side, _ONE_AFTER_ANOTHER, present + 1, count, "create", "--network", "none")
        _present[side.name] = count


def forget_containers(side: Side) -> None:
    """Remove them again."""
    count = _present.pop(side.name, 0)
    if count:
        _remove(side, count)


def with_containers(count: int, *words: str, last: bool = False) -> Make:
    """A command where there are so many containers; `last` is the case after which they are not needed any more."""

    def make(side: Side, cleanup: ExitStack) -> Command:
        if last:
            cleanup.callback(forget_containers, side)
        containers(side, count)
        return Command(side.command.argv(*words), side.command.env)

    return make


def inspect(count: int) -> Make:
    """`inspect` of all that there are."""
    return with_containers(count, "inspect", *_names(count))


def complete(count: int) -> Make:
    """What the shell asks when a container's name is to be completed."""

    def make(side: Side, _cleanup: ExitStack) -> Command:
        containers(side, count)
        words = ["__complete", "--", "stop", ""] if side.name == "pod" else ["__complete", "stop", ""]
        return Command(side.command.argv(*words), side.command.env)

    return make


def start(count: int, *, at_once: bool) -> Make:
    """`run -d` of so many, one after another or all at the same time."""

    def make(side: Side, cleanup: ExitStack) -> Command:
        forget_containers(side)
        cleanup.callback(_remove, side, count)
        argv = _argv(side, _AT_ONCE if at_once else _ONE_AFTER_ANOTHER, 1, count, "run", "-d")
        return Command(argv, side.command.env, before=lambda: _remove(side, count))

    return make


def remove_running(count: int) -> Make:
    """`rm -f` of so many that run. Without `-t 0` Podman waits ten seconds for programs that heed no SIGTERM."""

    def make(side: Side, cleanup: ExitStack) -> Command:
        forget_containers(side)
        cleanup.callback(_remove, side, count)
        argv = side.command.argv("rm", "-f", "-t", "0", *_names(count))
        return Command(argv, side.command.env, before=lambda: _loop(side, _ONE_AFTER_ANOTHER, 1, count, "run", "-d"))

    return make


def list_images(count: int) -> Make:
    """`images` where there are so many, of one layer."""

    def make(side: Side, cleanup: ExitStack) -> Command:
        names = load_images(side, 1, count)
        cleanup.callback(side.command, "rmi", "-f", *names, timeout=_LONG)
        return Command(side.command.argv("images"), side.command.env)

    return make


def create(side: Side, kind: str, first: int, last: int) -> None:
    """Make volumes or networks bench-`first` … bench-`last`."""
    script = 'for n in $(seq "$1" "$2"); do "${@:3}" bench-$n >/dev/null || exit; done'
    _loop(side, script, first, last, kind, "create")


def load_images(side: Side, first: int, last: int) -> list[str]:
    """Load images that differ in nothing but a variable; return their names."""
    layers = busybox.image().layers
    names = [f"docker.io/library/bench-{number}:latest" for number in range(first, last + 1)]
    many = [images.Image(layers, {"Cmd": ["sh"], "Env": [f"NAME={name}"]}, [name]) for name in names]
    with folders.scratch() as folder:
        archive: Path = images.write_docker_archive(folder / "many.tar", *many)
        side.command("load", "-q", "-i", archive, timeout=_LONG).ok()
    return names


def _names(count: int) -> list[str]:
    return [f"bench-{number}" for number in range(1, count + 1)]


def _remove(side: Side, count: int) -> None:
    side.command("rm", "-f", "-t", "0", *_names(count), timeout=_LONG)


def _argv(side: Side, script: str, first: int, last: int, *verb: str) -> list[str]:
    return ["bash", "-c", script, "bash", str(first), str(last), *side.command.argv(*verb)]


def _loop(side: Side, script: str, first: int, last: int, *verb: str) -> None:
    argv = _argv(side, script, first, last, *verb)
    type(side.command)(argv, side.command.env)(timeout=_LONG).ok()
