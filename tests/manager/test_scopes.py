"""The control group of a container where the user has a systemd: a scope, or a part of the unit that started it."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

from tests.manager.conftest import PATIENCE, Manager
from tests.manager.test_units import install
from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, background

ROOT = Path("/sys/fs/cgroup")


def shown(pod: CommandLine, name: str, *fields: str) -> list[str]:
    return pod("inspect", "-f", "|".join(f"{{{{{field}}}}}" for field in fields), name).ok().stdout.strip().split("|")


def group_of(pid: str) -> str:
    line = next(line for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines() if line.startswith("0::"))
    return line[3:]


def wait(done: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def scope(pod: CommandLine, name: str) -> str:
    return f"pod-{shown(pod, name, '.Id')[0]}.scope"


def test_a_container_and_its_monitor_are_in_a_scope(manager: Manager, pod: CommandLine) -> None:
    with background(pod, "busybox", "sleep", "1000") as name:
        unit = scope(pod, name)
        path, first, monitor = shown(pod, name, ".State.CgroupPath", ".State.Pid", ".State.ConmonPid")
        top = manager.ok("show", "-P", "ControlGroup", unit).strip()
        assert top.endswith(f"/user.slice/{unit}") and manager.ok("show", "-P", "Delegate", unit) == "yes\n"
        assert (path, group_of(first), group_of(monitor)) == (
            f"{top}/container",
            f"{top}/container",
            f"{top}/supervisor",
        )
        assert shown(pod, name, ".HostConfig.CgroupParent", ".HostConfig.CgroupManager") == ["user.slice", "systemd"]
        assert pod("exec", name, "tail", "-n1", "/proc/self/cgroup").ok().stdout == "0::/\n"
        pod("update", "--cgroup-conf", "cgroup.max.descendants=5", name).ok()
        assert (ROOT / path[1:] / "cgroup.max.descendants").read_text() == "5\n"
        pod("pause", name).ok()
        assert (ROOT / path[1:] / "cgroup.freeze").read_text() == "1\n"
        assert "is paused" in pod("exec", name, "true").stderr
        pod("unpause", name).ok()
        pod("restart", "-t", "0", name).ok()
        assert shown(pod, name, ".State.CgroupPath") == [path]
    wait(lambda: manager.state(unit) == "inactive", "the scope stays")
    assert not (ROOT / top[1:]).exists()


def test_the_scope_is_gone_when_the_monitor_is_killed(manager: Manager, pod: CommandLine) -> None:
    for mode in ("enabled", "no-conmon"):
        with background(pod, "--cgroups", mode, "busybox", "sleep", "1000") as name:
            unit, folder = scope(pod, name), ROOT / shown(pod, name, ".State.CgroupPath")[0][1:]
            os.kill(int(shown(pod, name, ".State.ConmonPid")[0]), signal.SIGKILL)
            wait(lambda folder=folder: not folder.parent.exists(), "the group stays")  # type: ignore[misc]
            assert manager.state(unit) == "inactive"
            assert shown(pod, name, ".State.Status") == ["exited"]


def test_a_container_that_starts_again_by_itself_stays_in_its_scope(pod: CommandLine) -> None:
    with background(pod, "--restart", "always", "busybox", "sleep", "0.3") as name:
        wait(lambda: int(shown(pod, name, ".RestartCount")[0]) >= 2, "no restart")
        wait(lambda: shown(pod, name, ".State.CgroupPath")[0].endswith(f"/{scope(pod, name)}/container"), "no group")


def test_without_conmon_the_monitor_stays_where_it_is(pod: CommandLine) -> None:
    with background(pod, "--cgroups", "no-conmon", "busybox", "sleep", "1000") as name:
        first, monitor = shown(pod, name, ".State.Pid", ".State.ConmonPid")
        assert group_of(first).endswith(f"/{scope(pod, name)}/container")
        assert group_of(monitor) == group_of("self")


def test_a_slice_is_the_parent_that_was_asked_for(pod: CommandLine) -> None:
    with background(pod, "--cgroup-parent", "mine-own.slice", "busybox", "sleep", "1000") as name:
        path, parent = shown(pod, name, ".State.CgroupPath", ".HostConfig.CgroupParent")
        assert f"/mine.slice/mine-own.slice/{scope(pod, name)}/" in path and parent == "mine-own.slice"
    refused = pod("--cgroup-manager", "cgroupfs", "run", "--cgroup-parent", "mine.slice", "busybox", "true")
    assert refused.code == 125 and "slices are made by systemd" in refused.stderr


def test_there_is_no_scope_where_none_is_wanted(manager: Manager, pod: CommandLine) -> None:
    for before, after in ((("--cgroup-manager", "cgroupfs"), ()), ((), ("--cgroups", "disabled"))):
        name = pod(*before, "run", "-d", *NO_NETWORK, *after, "busybox", "sleep", "1000").ok().stdout.strip()
        assert manager.state(scope(pod, name)) == "inactive"
        pod("rm", "-f", "-t", "0", name).ok()


def test_with_users_of_its_own_it_is_in_the_scope_too(pod: CommandLine) -> None:
    with background(pod, "--userns", "auto", "busybox", "sleep", "1000") as name:
        assert group_of(shown(pod, name, ".State.Pid")[0]).endswith(f"/{scope(pod, name)}/container")
        assert pod("exec", name, "tail", "-n1", "/proc/self/cgroup").ok().stdout == "0::/\n"


def test_a_unit_that_is_split_has_the_container_in_it(manager: Manager, pod: CommandLine, quadlets: Path) -> None:
    text = "[Container]\nImage=busybox\nContainerName=part\nNetwork=none\nStopTimeout=0\nExec=sleep 12345\n"
    install(pod, quadlets, part__container=text)
    manager.ok("start", "part.service")
    top = manager.ok("show", "-P", "ControlGroup", "part.service").strip()
    path, first, monitor = shown(pod, "part", ".State.CgroupPath", ".State.Pid", ".State.ConmonPid")
    assert path == group_of(first) == f"{top}/pod-payload-{shown(pod, 'part', '.Id')[0]}"
    assert group_of(monitor) == f"{top}/supervisor"
    status = manager.ok("status", "part.service")
    assert "sleep 12345" in status and f"Main PID: {monitor}" in status
    manager.ok("stop", "part.service")
    wait(lambda: not (ROOT / top[1:]).exists(), "the groups stay")


def test_the_networks_outlive_the_unit_that_was_the_first_on_them(
    manager: Manager, pod: CommandLine, quadlets: Path
) -> None:
    text = "[Container]\nImage=busybox\nContainerName={}\nNetwork=both.network\nStopTimeout=0\nExec=httpd -f -p 80\n"
    files = {f"{name}__container": text.format(name) for name in ("first", "second")}
    install(pod, quadlets, both__network="[Network]\nNetworkName=both\n", **files)
    manager.ok("start", "first.service")
    manager.ok("start", "second.service")
    keeper = manager.ok("list-units", "--plain", "--no-legend", "pod-networks-*")
    assert len(keeper.splitlines()) == 1, keeper
    manager.ok("stop", "first.service")
    manager.ok("start", "first.service")
    assert manager.ok("list-units", "--plain", "--no-legend", "pod-networks-*") == keeper
    address = shown(pod, "first", ".NetworkSettings.Networks.both.IPAddress")[0]
    pod("exec", "second", "sh", "-c", f"nc -w5 {address} 80 </dev/null").ok()


def test_a_systemd_that_does_not_answer_keeps_nothing_from_running(pod: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "systemd").mkdir()
    tmp_path.chmod(0o700)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "systemd/private"))
    elsewhere = CommandLine(pod.prefix, {**pod.env, "XDG_RUNTIME_DIR": str(tmp_path)})
    assert elsewhere("run", "--rm", *NO_NETWORK, "busybox", "echo", "ran").ok().stdout == "ran\n"
