"""Containers of a login session under real delegation: their scope outlives the session, and keeps what it is asked."""

from __future__ import annotations

from tests.machine.emulator import Program
from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK

MEMORY = "cat /sys/fs/cgroup$(pod inspect -f '{{.State.CgroupPath}}' %s)/memory.max"
START = (
    "systemd-run --user -q --unit split-part -p Type=notify -p NotifyAccess=all -p Delegate=yes pod run -d --name part "
)
START += "--cgroups split --sdnotify conmon --memory 32m --network none busybox sleep 4321"


def test_a_container_outlives_the_session_that_started_it(alice: CommandLine, pod: Program) -> None:
    start = "pod run -d --name stays --network none busybox sleep 1000; cat /proc/self/cgroup; "
    ended = alice(start + "loginctl terminate-session $XDG_SESSION_ID; sleep 60")
    assert "/session-" in ended.stdout and ended.code != 0  # the session was not the user's to divide, and is gone
    assert pod("inspect", "-f", "{{.State.Status}}", "stays").ok().stdout == "running\n"
    assert pod("exec", "stays", "cat", "/proc/self/cgroup").ok().stdout == "0::/\n"  # from another session
    pod("rm", "-f", "-t", "0", "stays").ok()


def test_without_its_monitor_in_the_scope_a_lack_of_memory_is_seen(pod: Program) -> None:
    words = ("--cgroups", "no-conmon", "--memory", "20m", "busybox", "tail", "/dev/zero")
    assert pod("run", "--name", "starved", *NO_NETWORK, *words).code == 137
    assert pod("inspect", "-f", "{{.State.OOMKilled}}", "starved").ok().stdout == "true\n"
    pod("rm", "starved").ok()


def test_a_unit_that_is_split_keeps_the_limits_of_its_container(alice: CommandLine, pod: Program) -> None:
    alice(START).ok()
    assert alice(MEMORY % "part").ok().stdout == f"{32 << 20}\n"
    status = alice("systemctl --user status split-part.service").ok().stdout
    assert "pod-payload-" in status and "supervisor" in status and "sleep 4321" in status
    alice("systemctl --user stop split-part.service")
    assert pod("inspect", "-f", "{{.State.Status}}", "part").ok().stdout == "exited\n"
    pod("rm", "part").ok()
