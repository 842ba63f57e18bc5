"""A container as a service of a real user systemd: started, watched, crashed, restarted, and up again after a boot."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.machine.emulator import Machine, Program
from tests.support.commands import CommandLine

PATIENCE = 240.0
WEB = """\
[Unit]
Description=Web server
[Container]
Image=busybox
ContainerName=web
Exec=sh -c 'echo serving; echo hello >/data/index.html; exec httpd -f -p 80 -h /data'
Volume=web.volume:/data
PublishPort=127.0.0.1:18080:80
PodmanArgs=--memory 64m
HealthCmd=test -s /data/index.html
HealthInterval=2s
Notify=healthy
StopTimeout=0
LogDriver=journald
[Service]
Restart=always
RestartSec=1
[Install]
WantedBy=default.target
"""
FOLDER = "~/.config/containers/systemd"
ANSWER = "curl -s --retry 5 --retry-all-errors http://127.0.0.1:18080/index.html"


def until(user: CommandLine, script: str, wanted: str) -> None:
    """Wait until a script prints what is wanted."""
    deadline = time.monotonic() + PATIENCE
    while (said := user(script).stdout.strip()) != wanted:
        assert time.monotonic() < deadline, (
            f"{script}: {said!r}, not {wanted!r}\n"
            + user("systemctl --user status --no-pager -l web.service; journalctl --user --no-pager -n 40").stdout
        )
        time.sleep(1)


@pytest.fixture(scope="module")
def web(alice: CommandLine) -> Iterator[str]:
    """A service with a health check, a volume, a limit and a published port."""
    write = f"mkdir -p {FOLDER} && cd {FOLDER} && cat >web.container && printf '[Volume]\\nLabel=a=b\\n' >web.volume"
    alice(write, input=WEB).ok()
    alice("pod system install-units").ok()
    alice("systemctl --user daemon-reload").ok()
    yield "web.service"
    alice(f"systemctl --user stop web.service web-volume.service; rm {FOLDER}/web.*")
    alice("pod system install-units; pod volume rm systemd-web")


def test_the_units_are_clean_for_systemd(alice: CommandLine, web: str) -> None:
    alice("pod generate systemd --help >/dev/null; pod create --name plain --replace busybox sleep 1000").ok()
    alice("mkdir -p units && cd units && pod generate systemd --name --new --files plain && pod rm plain").ok()
    units = "~/.config/systemd/user"
    verify = (
        f"systemd-analyze --user --man=no verify {units}/{web} {units}/web-volume.service {units}/pod-restart.service"
    )
    verified = alice(
        f"{verify} {units}/pod-auto-update.service {units}/pod-auto-update.timer units/container-plain.service"
    )
    assert (verified.code, verified.stdout, verified.stderr) == (0, "", "")


def test_it_is_started_and_seen_by_systemd(alice: CommandLine, pod: Program, web: str) -> None:
    alice(f"systemctl --user start {web}").ok()
    # Type=notify with Notify=healthy: started means healthy.
    assert pod("inspect", "-f", "{{.State.Health.Status}}", "web").ok().stdout == "healthy\n"
    assert alice(ANSWER).ok().stdout == "hello\n"
    assert "Active: active (running)" in alice(f"systemctl --user status --no-pager {web}").ok().stdout
    assert pod("volume", "inspect", "-f", "{{.Labels.a}}", "systemd-web").ok().stdout == "b\n"
    assert "serving" in alice(f"journalctl --user --no-pager -o cat --since -2min -u {web}").ok().stdout
    group = alice("cat /proc/$(pod inspect -f '{{.State.Pid}}' web)/cgroup").ok().stdout.strip().removeprefix("0::")
    assert f"/{web}/" in group  # --cgroups=split: systemd counts and ends what the service has started
    assert alice(f"cat /sys/fs/cgroup{group}/memory.max").ok().stdout == f"{64 << 20}\n"


def test_it_is_restarted_by_the_user_and_after_a_crash(alice: CommandLine, pod: Program, web: str) -> None:
    first = pod("inspect", "-f", "{{.Id}}", "web").ok().stdout
    alice(f"systemctl --user restart {web}").ok()
    assert pod("inspect", "-f", "{{.Id}}", "web").ok().stdout != first
    alice("kill -9 $(pod inspect -f '{{.State.Pid}}' web)").ok()
    until(alice, f"systemctl --user show -P NRestarts {web}", "1")
    until(alice, f"systemctl --user is-active {web}", "active")
    assert alice(ANSWER).ok().stdout == "hello\n"


def test_it_stops_and_leaves_nothing(alice: CommandLine, web: str) -> None:
    alice(f"systemctl --user stop {web}").ok()
    assert alice(f"systemctl --user is-active {web}").stdout == "inactive\n"
    assert alice("pod ps -aq --filter name=web").ok().stdout == ""
    assert alice(f"ls -d /sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/{web}").code == 2


def test_after_a_boot_everything_is_up_again(machine: Machine, alice: CommandLine, pod: Program, web: str) -> None:
    always = ("--name", "always", "--restart", "always", "--stop-timeout", "0", "--network", "none")
    pod("run", "-d", *always, "-m", "32m", "busybox", "sleep", "10000").ok()
    pod("run", "-d", "--name", "once", "--stop-timeout", "0", "--network", "none", "busybox", "sleep", "10000").ok()
    alice(f"systemctl --user start {web}").ok()
    try:
        machine.reboot()
        until(alice, f"systemctl --user is-active {web} pod-restart.service | uniq", "active")
        assert alice(ANSWER).ok().stdout == "hello\n"
        states = [
            pod("inspect", "-f", "{{.State.Status}}", name).ok().stdout.strip() for name in ("always", "once", "web")
        ]
        assert states == ["running", "exited", "running"]
        limit = (
            "cat /sys/fs/cgroup$(sed -n s/^0:://p /proc/$(pod inspect -f '{{.State.Pid}}' always)/cgroup)/memory.max"
        )
        assert alice(limit).ok().stdout == f"{32 << 20}\n"
        assert alice("loginctl show-user -P Linger alice").ok().stdout == "yes\n"
    finally:
        pod("rm", "-f", "-t", "0", "always", "once")
