"""Files in and out: `cp` of one large file and of many small ones both ways, `diff`, `export`, `commit`."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.bench.sides import Side
from tests.bench.timing import Command

LARGE = 1 << 30
MANY = 20_000
_CONTAINER = "bench-files"
_TIMEOUT = 300.0

Make = Callable[[Side, ExitStack], Command]


def _scratch(cleanup: ExitStack) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="bench-files-", dir="/var/tmp"))
    cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def large(folder: Path) -> Path:
    """A file of 1 GiB that does not compress, with no hole."""
    path = folder / "tree"
    path.mkdir()
    block = os.urandom(1 << 20)
    with (path / "large").open("wb") as file:
        for number in range(LARGE >> 20):
            file.write(number.to_bytes(8, "little") + block[8:])
    return path


def many(folder: Path) -> Path:
    """20,000 files of up to 4 kB in 200 folders."""
    path = folder / "tree"
    data = os.urandom(4096)
    for number in range(MANY):
        inner = path / f"{number % 200}"
        if number < 200:
            inner.mkdir(parents=True)
        (inner / f"{number}").write_bytes(data[: number % 4096])
    return path


def _container(side: Side, cleanup: ExitStack, *script: str) -> None:
    cleanup.callback(side.command, "rm", "-f", "-t", "0", _CONTAINER, timeout=_TIMEOUT)
    words = script or ("sleep", "1000")
    side.command("run", "-d", "--name", _CONTAINER, "--network", "none", "busybox", *words).ok()


def copy_in(make: Callable[[Path], Path]) -> Make:
    """`cp` of a folder into a running container."""

    def prepare(side: Side, cleanup: ExitStack) -> Command:
        tree = make(_scratch(cleanup))
        _container(side, cleanup)

        def empty() -> None:
            side.command("exec", _CONTAINER, "rm", "-rf", "/copied", timeout=_TIMEOUT).ok()

        return Command(side.command.argv("cp", tree, f"{_CONTAINER}:/copied"), side.command.env, before=empty)

    return prepare


def copy_out(make: Callable[[Path], Path]) -> Make:
    """`cp` of a folder out of a running container."""

    def prepare(side: Side, cleanup: ExitStack) -> Command:
        folder = _scratch(cleanup)
        tree = make(folder)
        _container(side, cleanup)
        side.command("cp", tree, f"{_CONTAINER}:/there", timeout=_TIMEOUT).ok()
        target = folder / "out"
        argv = side.command.argv("cp", f"{_CONTAINER}:/there", target)
        return Command(argv, side.command.env, before=lambda: shutil.rmtree(target, ignore_errors=True))

    return prepare


def on_filled(*words: str) -> Make:
    """A command on a container with 20,000 files of its own; {} among the words is its name, IMAGE a new image's."""

    def prepare(side: Side, cleanup: ExitStack) -> Command:
        folder = _scratch(cleanup)
        tree = many(folder)
        _container(side, cleanup)
        side.command("cp", tree, f"{_CONTAINER}:/there", timeout=_TIMEOUT).ok()
        cleanup.callback(side.command, "rmi", "-f", "bench-committed", timeout=_TIMEOUT)
        replaced = [word.format(_CONTAINER, out=folder / "out.tar") for word in words]

        def forget() -> None:
            side.command("rmi", "-f", "bench-committed", timeout=_TIMEOUT)

        return Command(side.command.argv(*replaced), side.command.env, before=forget)

    return prepare
