"""Containers without a pid namespace of their own: what they started ends with them all the same."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.support.commands import CommandLine


def pids(pod: CommandLine, name: str) -> list[str]:
    return pod("top", name, "hpid").ok().lines[1:]


def living(pids: list[str]) -> list[str]:
    """Those that still run after a moment; a dead one may wait for ever for a first process that collects nothing."""
    for _ in range(100):
        if not (found := [pid for pid in pids if runs(pid)]):
            break
        time.sleep(0.02)
    return found


def runs(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("seconds", [0, 1.5], ids=["young", "settled"])
def test_in_the_hosts_namespace_nothing_is_left_behind(pod: CommandLine, seconds: float) -> None:
    script = "(sleep 611; true) & (setsid sleep 612; true) & exec sleep 613"
    pod("run", "-d", "--name", "ph", "--pid", "host", "busybox", "sh", "-c", script).ok()
    time.sleep(seconds)
    found = pids(pod, "ph")
    assert len(found) >= 3
    pod("rm", "-f", "ph").ok()
    assert living(found) == []


def test_in_another_containers_namespace_that_one_goes_on(pod: CommandLine) -> None:
    pod("run", "-d", "--name", "pc-host", "busybox", "sleep", "621").ok()
    pod(
        "run", "-d", "--name", "pc", "--pid", "container:pc-host", "busybox", "sh", "-c", "sleep 622 & exec sleep 623"
    ).ok()
    guests = pids(pod, "pc")
    assert len(guests) == 2
    pod("rm", "-f", "pc").ok()
    assert living(guests) == []
    assert "sleep 621" in pod("top", "pc-host", "args").ok().lines


def test_the_exit_code_is_the_programs(pod: CommandLine) -> None:
    assert pod("run", "--rm", "--pid", "host", "busybox", "sh", "-c", "sleep 631 & exit 7").code == 7
