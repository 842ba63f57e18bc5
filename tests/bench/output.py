"""A gigabyte that a container writes: on its way to the caller of `run`, and out of its log."""

from __future__ import annotations

from contextlib import ExitStack

from tests.bench.sides import Side
from tests.bench.timing import Command

_LONG = 300.0
_NAME = "bench-output"
_LINE = "0123456789" * 12
_SCRIPT = f"yes {_LINE} | head -c {1 << 30}"


def run(side: Side, _cleanup: ExitStack) -> Command:
    """A program that writes a gigabyte of lines to its standard output, which is thrown away here."""
    argv = side.command.argv("run", "--rm", "--network", "none", "busybox", "sh", "-c", _SCRIPT)
    return Command(argv, side.command.env)


def logs(side: Side, cleanup: ExitStack) -> Command:
    """`logs` of a container that has written that."""
    cleanup.callback(side.command, "rm", "-f", _NAME, timeout=_LONG)
    words = ["run", "-d", "--name", _NAME, "--network", "none", "busybox", "sh", "-c", _SCRIPT]
    side.command(*words).ok()
    side.command("wait", _NAME, timeout=_LONG).ok()
    return Command(side.command.argv("logs", _NAME), side.command.env)
