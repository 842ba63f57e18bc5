"""Builds and commits to be timed. Contexts are made once for both sides; a build that is to do something is made to."""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from tests.bench.sides import Side
from tests.bench.timing import Command
from tests.support import contexts

_NO_NETWORK = "--network=none"
_LONG = 900.0
_serial = itertools.count()


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="pod-bench-", dir=os.environ.get("POD_TEST_SCRATCH", "/var/tmp")))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _context(name: str, dockerfile: str, make: Callable[[Path], None] = lambda _folder: None) -> Path:
    folder = _folder() / name
    if not folder.exists():
        contexts.write(folder, {"Dockerfile": dockerfile})
        make(folder)
    return folder


def cached(side: Side, cleanup: ExitStack) -> Command:
    """Everything is known from the build before."""
    text = "FROM busybox AS a\nWORKDIR /w\nCOPY . .\nRUN echo 1 > one\nRUN echo 2 > two\nENV A=b\nRUN echo 3 > three\n"
    text += "FROM busybox\nCOPY --from=a /w /w\nRUN cat /w/one\nCMD cat /w/two\n"
    folder = _context("cached", text, _sources(50))
    return _build(side, cleanup, folder)


def _sources(count: int) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        for number in range(count):
            path = folder / f"src/{number % 100}/{number // 100}.c"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"int f{number}(void) {{ return {number}; }}\n" * 40)

    return make


def one_changed(side: Side, cleanup: ExitStack) -> Command:
    """One file of 20,000 has changed."""
    text = "FROM busybox\nRUN mkdir /out\nCOPY . /src\nRUN cat /src/src/0/0.c > /out/program\n"
    folder = _context("changed", text, _sources(20_000))

    def change() -> None:
        (folder / "src/0/0.c").write_text(f"int changed = {next(_serial)};\n")

    return _build(side, cleanup, folder, before=change)


def three_stages(side: Side, cleanup: ExitStack) -> Command:
    """Three stages of a second each, that need nothing of each other, and one that gathers what they made."""
    stages = "".join(f"FROM busybox AS s{n}\nRUN sleep 1; echo {n} > /made\n" for n in range(3))
    text = stages + "FROM scratch\n" + "".join(f"COPY --from=s{n} /made /{n}\n" for n in range(3))
    return _build(side, cleanup, _context("stages", text), "--no-cache", "--jobs", "3")


def gigabyte(side: Side, cleanup: ExitStack) -> Command:
    """COPY of one file of 1 GB."""

    def make(folder: Path) -> None:
        block = os.urandom(1 << 20)
        with (folder / "big").open("wb") as file:
            for number in range(1024):
                file.write(number.to_bytes(8, "big") + block[8:])

    return _build(side, cleanup, _context("big", "FROM busybox\nCOPY big /big\n", make), "--no-cache")


def _build(side: Side, cleanup: ExitStack, folder: Path, *options: str, before: Callable[[], object] = int) -> Command:
    argv = side.command.argv("build", "-q", "-t", "bench-build", _NO_NETWORK, *options, folder)
    side.command("build", "-q", "-t", "bench-build", _NO_NETWORK, *options, folder, timeout=_LONG).ok()
    cleanup.callback(_tidy, side)
    return Command(argv, side.command.env, before=before)


def _tidy(side: Side) -> None:
    side.command("rmi", "-f", "bench-build")
    side.command("image", "prune", "-f", timeout=_LONG)
    if side.name == "pod":
        side.command("builder", "prune", "-a", "-f", timeout=_LONG)


def commit(side: Side, cleanup: ExitStack) -> Command:
    """A container that has written 500 MB in 500 files."""
    name = "bench-commit"
    cleanup.callback(side.command, "rm", "-f", name)
    script = "mkdir /d; for i in $(seq 500); do dd if=/dev/urandom of=/d/$i bs=1M count=1 2>/dev/null; done"
    side.command("run", "--name", name, _NO_NETWORK, "busybox", "sh", "-c", script, timeout=_LONG).ok()

    def forget() -> None:
        side.command("rmi", "-f", "bench-committed", timeout=_LONG)

    cleanup.callback(forget)
    return Command(side.command.argv("commit", "-q", name, "bench-committed"), side.command.env, before=forget)
