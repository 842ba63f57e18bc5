"""Where the control group of a container is: --cgroups and --cgroup-parent under a real user systemd."""

from __future__ import annotations

import re

from tests.machine.emulator import Program
from tests.support.commands import CommandLine
from tests.support.containers import run

MANAGER = "/user.slice/user-1000.slice/user@1000.service"
LOOK = ("--cgroupns", "host", "busybox", "cat", "/proc/self/cgroup")


def group(engine: Program, *options: str) -> str:
    """Return the group of a container with these options, the ids in it as ID."""
    said = run(engine, *options, *LOOK).ok().stdout.strip().removeprefix("0::")
    return re.sub("[0-9a-f]{64}", "ID", said)


def test_it_is_a_scope_where_podman_makes_one(pod: Program, podman: Program) -> None:
    for options, slice_ in (((), "user.slice"), (("--cgroup-parent", "mine.slice"), "mine.slice")):
        assert group(pod, *options) == f"{MANAGER}/{slice_}/pod-ID.scope/container"
        assert group(podman, *options) == f"{MANAGER}/{slice_}/libpod-ID.scope/container"


def test_disabled_is_where_the_command_is(pod: Program, podman: Program) -> None:
    for engine in (pod, podman):
        assert re.fullmatch(r"/user.slice/user-1000.slice/session-\d+.scope", group(engine, "--cgroups", "disabled"))


def test_split_is_in_the_unit_that_started_it(alice: CommandLine) -> None:
    unit = "systemd-run --user --quiet --wait --pipe --collect -p Delegate=yes --unit split-{0} {0}"
    for engine in ("pod", "podman"):
        words = f"{unit.format(engine)} run --rm --network none --cgroups split {' '.join(LOOK)}"
        found = alice(words).ok().stdout
        assert f"{MANAGER}/app.slice/split-{engine}.service/" in found, found


def test_no_conmon_leaves_the_monitor_where_it_is(alice: CommandLine, pod: Program) -> None:
    pod("run", "-d", "--name", "apart", "--network", "none", "--cgroups", "no-conmon", "busybox", "sleep", "1000").ok()
    try:
        script = (
            "pid=$(pod inspect -f '{{.State.Pid}}' apart); cat /proc/$pid/cgroup;"
            " cat /proc/$(sed -n 's/^PPid:\\t//p' /proc/$pid/status)/cgroup"
        )
        container, monitor = alice(script).ok().lines
        assert re.search(r"/user.slice/pod-[0-9a-f]+.scope/container$", container)
        assert ".scope" in monitor and "/pod-" not in monitor
    finally:
        pod("rm", "-f", "-t", "0", "apart")
