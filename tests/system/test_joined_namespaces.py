"""Joining the namespaces of another container, whether these are its own or this machine's."""

from __future__ import annotations

import os

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import run

FILES = {"--network": "net", "--ipc": "ipc", "--uts": "uts", "--pid": "pid", "--cgroupns": "cgroup"}


@pytest.mark.parametrize("option", FILES)
def test_both_are_in_the_same_one(pod: CommandLine, option: str) -> None:
    read = ("readlink", f"/proc/self/ns/{FILES[option]}")
    machines = os.readlink(f"/proc/self/ns/{FILES[option]}")
    for mode in ("private", "host"):
        other = pod("run", "-d", option, mode, "busybox", "sleep", "1000").ok().stdout.strip()
        theirs = pod("exec", other, *read).ok().stdout
        assert pod("run", "--rm", option, f"container:{other}", "busybox", *read).ok().stdout == theirs
        assert (theirs.strip() == machines) == (mode == "host")
        pod("rm", "-f", "-t", "0", other).ok()


def test_the_machines_control_groups_are_seen_where_they_are_shared(pod: CommandLine) -> None:
    listing = run(pod, "--cgroupns", "host", "busybox", "ls", "/sys/fs/cgroup").ok().lines
    assert set(listing) >= set(os.listdir("/sys/fs/cgroup")[:3])
    assert run(pod, "--cgroupns", "host", "busybox", "mkdir", "/sys/fs/cgroup/x").code == 1
