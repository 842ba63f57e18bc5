"""A command that waits for another one says so, and for whom."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.terminal import Terminal

_HOLD = "import fcntl, sys; f = open(sys.argv[1], 'a'); fcntl.flock(f, 2); print(flush=True); sys.stdin.read()"


@contextmanager
def held(pod: CommandLine, name: str) -> Iterator[subprocess.Popen[str]]:
    """Another process holds a lock of the store."""
    runroot = Path(pod.prefix[pod.prefix.index("--runroot") + 1])
    words = [sys.executable, "-c", _HOLD, str(runroot / "locks" / name)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin is not None and holder.stdout is not None
        holder.stdout.readline()
        yield holder
        holder.stdin.close()


def test_who_waits_on_a_terminal_hears_for_whom_after_a_second(pod: CommandLine) -> None:
    pod("tag", "busybox", "waited-for").ok()
    with Terminal(pod.argv("rmi", "waited-for"), pod.env) as terminal:
        terminal.wait()
    pod("tag", "busybox", "waited-for").ok()
    with held(pod, "images") as holder, Terminal(pod.argv("rmi", "waited-for"), pod.env) as terminal:
        terminal.expect("waiting for ")
        terminal.expect(f"(process {holder.pid}) to finish")
        assert holder.stdin is not None
        holder.stdin.close()
        terminal.expect("Untagged")
        assert terminal.wait() == 0


def test_who_waits_in_a_pipe_hears_nothing_and_gets_its_turn(pod: CommandLine) -> None:
    created = pod("create", "busybox", "true").ok().stdout.strip()
    words = pod.argv("rm", created)
    with (
        held(pod, f"container-{created}") as holder,
        subprocess.Popen(words, env=pod.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as waiting,
    ):
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(1.5)
        assert holder.stdin is not None
        holder.stdin.close()
        assert waiting.communicate(timeout=20) == (f"{created}\n", "")
