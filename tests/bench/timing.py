"""Measuring commands by the wall clock: two sides take turns, so that a busy machine is busy for both."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


class CommandFailed(Exception):
    """A measured command exited with a code other than 0."""


@dataclass(frozen=True)
class Command:
    """What one side runs: the command that is measured, and what comes before each run and is not."""

    argv: Sequence[str]
    env: Mapping[str, str]
    before: Callable[[], object] = int


@dataclass
class Measured:
    """The times of one side in milliseconds, or why there are none."""

    times: list[float] = field(default_factory=list)
    failure: str = ""


def interleave(sides: Mapping[str, Command], runs: int) -> dict[str, Measured]:
    """Run each side's command `runs` times, in turns, after one run of each that does not count."""
    measured = {name: Measured() for name in sides}
    for turn in range(runs + 1):
        for name, command in sides.items():
            if measured[name].failure:
                continue
            try:
                command.before()
                milliseconds = run_once(command)
            except CommandFailed as err:
                measured[name].failure = str(err)
                continue
            if turn:
                measured[name].times.append(milliseconds)
    return measured


def run_once(command: Command) -> float:
    """Run a command with its output thrown away and return its wall time in milliseconds."""
    null = os.open(os.devnull, os.O_RDWR)
    streams = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
    try:
        start = time.perf_counter_ns()
        pid = os.posix_spawnp(command.argv[0], list(command.argv), dict(command.env), file_actions=streams)
        _, status = os.waitpid(pid, 0)
        end = time.perf_counter_ns()
    finally:
        os.close(null)
    code = os.waitstatus_to_exitcode(status)
    if code:
        raise CommandFailed(f"{' '.join(command.argv)}: exit code {code}")
    return (end - start) / 1e6
