"""A container whose first process is a systemd of its own: Debian's, as its packages come."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.manager.conftest import PATIENCE, Manager
from tests.support import debian
from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, background

IMAGE = "localhost/with-systemd"
MOUNTED = ("/run", "/run/lock", "/tmp", "/var/log/journal")
UNIT = """
[Service]
ExecStart=/bin/sh -c 'echo said by a service; exec sleep 1000'
"""


@pytest.fixture(scope="module")
def image(manager: Manager, pod: CommandLine) -> Iterator[str]:
    del manager
    try:
        tarball = debian.root_filesystem("bookworm", ["systemd-sysv", "dbus"])
    except debian.NoDebian as err:
        pytest.skip(str(err))
    pod("import", "-c", 'CMD ["/sbin/init"]', tarball, IMAGE, timeout=300).ok()
    yield IMAGE
    pod("rmi", "-f", IMAGE).ok()


def is_up(pod: CommandLine, name: str) -> str:
    """Wait until it can be asked, and has done all it is to do at a start; return what it says of itself."""
    end = time.monotonic() + PATIENCE
    while not (said := pod("exec", name, "systemctl", "is-system-running", "--wait").stdout.strip()):
        assert time.monotonic() < end, pod("logs", name).stderr
        time.sleep(0.1)
    return said


@pytest.mark.parametrize("options", [(), ("-t",), ("--userns", "auto"), ("--cgroups", "no-conmon")], ids=str)
def test_systemd_starts_and_stops(pod: CommandLine, image: str, options: tuple[str, ...]) -> None:
    with background(pod, *options, image) as name:
        assert is_up(pod, name) == "running", pod("exec", name, "systemctl", "--failed", "--no-pager").stdout
        begin = time.monotonic()
        pod("stop", "-t", "30", name).ok()
        assert time.monotonic() - begin < 25
        shown = pod("inspect", "-f", "{{.Config.StopSignal}} {{.State.ExitCode}}", name).ok().stdout
        assert shown == "SIGRTMIN+3 0\n"


def test_units_and_the_journal_work_in_it(pod: CommandLine, image: str) -> None:
    with background(pod, image) as name:
        assert is_up(pod, name) == "running"
        pod("exec", "-i", name, "sh", "-c", "cat >/etc/systemd/system/job.service", input=UNIT).ok()
        pod("exec", name, "systemctl", "daemon-reload").ok()
        pod("exec", name, "systemctl", "start", "job.service").ok()
        assert pod("exec", name, "systemctl", "is-active", "job.service").ok().stdout == "active\n"
        group = pod("exec", name, "systemctl", "show", "-P", "ControlGroup", "job.service").ok().stdout.strip()
        assert group == "/system.slice/job.service"
        assert pod("exec", name, "cat", f"/sys/fs/cgroup{group}/cgroup.procs").ok().stdout.strip()
        assert "said by a service" in pod("exec", name, "journalctl", "--sync", "-u", "job").ok().stdout + (
            pod("exec", name, "journalctl", "--no-pager", "-u", "job").ok().stdout
        )
        pod("exec", name, "systemctl", "stop", "job.service").ok()
        pod("restart", name).ok()
        assert is_up(pod, name) == "running"


def test_what_systemd_wants_of_a_container_is_there(pod: CommandLine, image: str) -> None:
    script = "grep -q tmpfs /proc/filesystems; cat /proc/self/mounts; cat /etc/machine-id; test -e /run/.containerenv"
    with background(pod, image) as name:
        assert is_up(pod, name) == "running"
        lines = pod("exec", name, "sh", "-c", script).ok().lines
        mounts = {line.split()[1]: line.split() for line in lines[:-1]}
        assert [mounts[path][2] for path in MOUNTED] == ["tmpfs"] * len(MOUNTED)
        assert mounts["/sys/fs/cgroup"][2] == "cgroup2" and mounts["/sys/fs/cgroup"][3].startswith("rw,")
        container_id = pod("inspect", "-f", "{{.Id}}", name).ok().stdout
        assert lines[-1] == container_id[:32]
        variables = pod("exec", name, "sh", "-c", "tr '\\0' '\\n' </proc/1/environ").ok().lines
        assert {"container=pod", f"container_uuid={container_id[:32]}"} <= set(variables)


def test_systemd_is_recognised_or_not_as_the_option_says(pod: CommandLine, image: str) -> None:
    look = "grep -c ' /run/lock tmpfs' /proc/self/mounts; ls /sys/fs/cgroup/pod-can-write 2>&1; true"
    script = f"mkdir /sys/fs/cgroup/pod-can-write 2>/dev/null && rmdir /sys/fs/cgroup/pod-can-write && echo w; {look}"
    for option, command, expected in (("always", "sh", "w"), ("true", "sh", "0"), ("false", "/sbin/init", "")):
        done = pod("run", "--rm", *NO_NETWORK, "--systemd", option, "--entrypoint", command, image, "-c", script)
        assert (done.lines or [""])[0] == expected, done
