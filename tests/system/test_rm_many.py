"""`rm -f` of several containers: they end side by side."""

from __future__ import annotations

import time

from tests.support.commands import CommandLine

TRAP = "trap 'sleep 30' TERM; echo ready; while true; do sleep 0.1; done"


def test_running_and_ended_and_unknown_ones_go_together(pod: CommandLine) -> None:
    names = [f"many-{number}" for number in range(4)]
    for name in names[:3]:
        pod("run", "-d", "--name", name, "--network", "none", "busybox", "sh", "-c", TRAP).ok()
    pod("create", "--name", names[3], "--network", "none", "busybox", "true").ok()
    start = time.monotonic()
    done = pod("rm", "-f", "nobody", *names)
    assert done.lines == names and done.code == 0
    assert time.monotonic() - start < 25
    assert pod("ps", "-aq").ok().lines == []


def test_the_others_go_on_when_one_of_several_cannot_be_removed(pod: CommandLine) -> None:
    pod("run", "-d", "--name", "stays", "--network", "none", "busybox", "sleep", "100").ok()
    pod("create", "--name", "goes", "--network", "none", "busybox", "true").ok()
    done = pod("rm", "stays", "goes")
    assert done.lines == ["goes"] and done.code == 2
    assert pod("inspect", "--format", "{{.State.Status}}", "stays").ok().lines == ["running"]
    assert pod("rm", "-f", "stays").ok().lines == ["stays"]
