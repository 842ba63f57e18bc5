"""`pod top`: a container's processes, and nobody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import CommandLine

SHOWN_ALIKE = "user,pid,ppid,tty,args,capeff,capbnd,group,nice,pgid,ruser,rgroup,seccomp,comm,huser,hgroup"


def rows(pod: CommandLine, *words: str) -> list[list[str]]:
    return [line.split() for line in pod("top", *words).ok().lines]


@pytest.fixture(scope="module")
def two(pod: CommandLine) -> str:
    """A container with two processes of its own and one that was entered, as another user."""
    pod("run", "-d", "--name", "to-two", "-u", "7:9", "busybox", "sh", "-c", "sleep 501 & exec sleep 502").ok()
    pod("exec", "-d", "to-two", "sleep", "503").ok()
    return "to-two"


def test_it_shows_what_podman_shows(pod: CommandLine, podman: CommandLine) -> None:
    for program in (pod, podman):
        program("run", "-d", "--name", "to-same", "-u", "7:9", "busybox", "sleep", "500").ok()
    try:
        assert rows(pod, "to-same", SHOWN_ALIKE) == rows(podman, "to-same", SHOWN_ALIKE)
        ours, theirs = rows(pod, "to-same"), rows(podman, "to-same")
    finally:
        podman("rm", "-f", "-t", "0", "to-same")
    assert ours[0] == theirs[0] == "USER PID PPID %CPU ELAPSED TTY TIME COMMAND".split()
    for changing in ("%CPU", "ELAPSED"):
        at = ours[0].index(changing)
        for row in (*ours, *theirs):
            del row[at]
    assert ours == theirs


def test_entered_programs_are_shown_and_the_hosts_are_not(pod: CommandLine, two: str) -> None:
    assert sorted(line[-1] for line in rows(pod, two, "args")[1:]) == ["501", "502", "503"]
    assert [line[0] for line in rows(pod, two, "pid,args") if line[-1] == "502"] == ["1"]


def test_pids_of_the_host_are_those_of_its_proc(pod: CommandLine, two: str) -> None:
    for hpid, *args in rows(pod, two, "hpid", "args")[1:]:
        assert Path(f"/proc/{hpid}/cmdline").read_text().split("\0")[:-1] == args


def test_names_are_those_that_the_container_knows(pod: CommandLine) -> None:
    script = "echo me:x:7:9::/:/bin/sh > /etc/passwd; echo us:x:9: > /etc/group; exec sleep 504"
    pod("run", "-d", "--name", "to-names", "busybox", "sh", "-c", script).ok()
    pod("exec", "-d", "-u", "7:9", "to-names", "sleep", "505").ok()
    assert ["me", "us", "sleep", "505"] in rows(pod, "to-names", "user,group,args")


def test_ps_options_are_given_to_ps_and_only_the_containers_lines_shown(pod: CommandLine, two: str) -> None:
    shown = pod("top", two, "-eo", "pid,args").ok().lines
    assert shown[0].split() == ["PID", "COMMAND"]
    assert sorted(line.split()[-1] for line in shown[1:]) == ["501", "502", "503"]
    assert len(pod("top", two, "aux").ok().lines) == 4
    assert "ps prints no column PID" in pod("top", two, "-eo", "comm").stderr


def test_a_container_in_the_hosts_pid_namespace_has_its_family_only(pod: CommandLine) -> None:
    pod("run", "-d", "--name", "to-host", "--pid", "host", "busybox", "sh", "-c", "sleep 506 & exec sleep 507").ok()
    assert sorted(line[-1] for line in rows(pod, "to-host", "args")[1:]) == ["506", "507"]


def test_an_init_of_ours_is_shown(pod: CommandLine) -> None:
    pod("run", "-d", "--name", "to-init", "--init", "busybox", "sleep", "508").ok()
    assert [line[0] for line in rows(pod, "to-init", "pid")[1:]] == ["1", "2"]


def test_mistakes_are_named(pod: CommandLine, two: str) -> None:
    unknown = pod("top", two, "pid,colour")
    assert unknown.code == 125 and "unknown descriptor 'colour'" in unknown.stderr and "capeff" in unknown.stderr
    pod("create", "--name", "to-still", "busybox", "true").ok()
    assert "container to-still is not running" in pod("top", "to-still").stderr
    assert "no container is named" in pod("top").stderr
