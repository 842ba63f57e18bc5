"""Limits: kept, refused or told to be ignored, as the machine has it; and shown by `inspect` under Docker's names.

Where the session owns a control group (a `systemd-run --user --scope -p Delegate=yes`, say) they are seen to hold.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from pod.runtime import cgroups
from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, background, run, shell

PLACE = cgroups.find()
OWNED = pytest.mark.skipif(PLACE is None, reason="no control group of this machine belongs to this user")
LIMITED = ("-m", "64m", "--cpus", "1.5", "--memory-swap", "-1", "--pids-limit", "100", "--blkio-weight", "200")


def test_a_limit_that_cannot_hold_is_refused_or_told(pod: CommandLine) -> None:
    result = run(pod, "--memory", "64m", "busybox", "echo", "ran")
    if PLACE is not None and "memory" in PLACE.controllers:
        assert (result.stdout, result.stderr) == ("ran\n", "")
    elif cgroups.is_unified():
        assert result.code == 125
        assert result.stderr.startswith("Error: cannot keep --memory: ")
    else:
        assert result.stdout == "ran\n"
        assert result.stderr.startswith("limits are ignored: --memory; this machine has control groups of version 1")


@pytest.mark.skipif(cgroups.is_unified(), reason="limits are refused where there is no delegation")
def test_inspect_shows_limits_under_dockers_names(pod: CommandLine) -> None:
    pod("create", "--name", "limited", *LIMITED, "busybox", "true").ok()
    pod("update", "--cpuset-cpus", "0-1", "--memory-reservation", "32m", "limited").ok()
    pod("container", "clone", "--memory", "128m", "limited", "limited2").ok()
    first, second = (json.loads(pod("inspect", name).ok().stdout)[0]["HostConfig"] for name in ("limited", "limited2"))
    expected = {
        "Memory": 64 << 20,
        "NanoCpus": 1_500_000_000,
        "MemorySwap": -1,
        "PidsLimit": 100,
        "BlkioWeight": 200,
        "CpusetCpus": "0-1",
        "MemoryReservation": 32 << 20,
    }
    assert {name: first[name] for name in expected} == expected
    assert {name: second[name] for name in expected} == {**expected, "Memory": 128 << 20}


def test_what_podman_refuses_is_refused(pod: CommandLine, podman: CommandLine) -> None:
    for options in (
        ("--cpus", "x"),
        ("--cpus", "1", "--cpu-quota", "5000"),
        ("--cpus", "1", "--cpu-period", "10000"),
        ("--blkio-weight-device", "/dev/null:5"),
        ("--device-read-bps", "x:1mb"),
        ("--device-read-iops", "/dev/null:x"),
        ("--cgroup-conf", "x"),
        ("--cgroups", "bogus"),
        ("--cgroupns", "bogus"),
        ("--systemd", "bogus"),
        ("--seccomp-policy", "bogus"),
        ("--seccomp-policy", "image"),
        ("--security-opt", "apparmor=profile"),
        ("--security-opt", "seccomp=/nope"),
        ("--device", "/dev/nope"),
    ):
        assert (pod("create", *options, "busybox").code, podman("create", *options, "busybox").code) == (125, 125)


@OWNED
def test_a_container_has_a_control_group_of_its_own(pod: CommandLine) -> None:
    assert shell(pod, "tail -n1 /proc/self/cgroup").ok().stdout == "0::/\n"
    assert shell(pod, "tail -n1 /proc/self/cgroup", "--userns", "keep-id").ok().stdout == "0::/\n"
    with background(pod, "busybox", "sleep", "1000") as container:
        shown = pod("inspect", "--format", "{{.State.CgroupPath}}", container).ok().stdout.strip()
        folder = Path(cgroups.mount_point()[0] + shown)
        assert len((folder / "cgroup.procs").read_text().split()) == 1
        assert pod("exec", container, "tail", "-n1", "/proc/self/cgroup").ok().stdout == "0::/\n"
        pod("update", "--cgroup-conf", "cgroup.max.descendants=5", container).ok()
        assert (folder / "cgroup.max.descendants").read_text() == "5\n"
    assert not folder.exists()


@OWNED
def test_a_commit_can_pause_its_container(pod: CommandLine) -> None:
    with background(pod, "busybox", "sh", "-c", "head -c 50000000 /dev/zero >/big; sleep 1000") as container:
        pod("commit", "--pause", container, "committed-in-peace").ok()
        assert pod("inspect", "--format", "{{.State.Status}}", container).ok().stdout == "running\n"
        told = pod("events", "--stream=false", "--filter", f"container={container}", "--format", "{{.Status}}").ok()
        assert [word for word in told.lines if word in ("pause", "unpause")] == ["pause", "unpause"]
        assert pod("exec", container, "echo", "goes on").ok().stdout == "goes on\n"
    pod("rmi", "committed-in-peace").ok()


@OWNED
def test_a_paused_container_does_nothing(pod: CommandLine) -> None:
    script = "while :; do echo; sleep 0.05; done"
    with background(pod, "busybox", "sh", "-c", script) as container:
        pod("pause", container).ok()
        assert pod("inspect", "--format", "{{.State.Status}}", container).ok().stdout == "paused\n"
        first = pod("logs", container).ok().stdout
        time.sleep(0.3)
        assert pod("logs", container).ok().stdout == first
        assert "paused already" in pod("pause", container).stderr
        pod("unpause", container).ok()
        deadline = time.monotonic() + 20
        while pod("logs", container).ok().stdout == first and time.monotonic() < deadline:
            time.sleep(0.05)
        assert pod("logs", container).ok().stdout > first


@OWNED
def test_a_parent_of_others_is_refused(pod: CommandLine) -> None:
    assert "there is no such control group of yours" in run(pod, "--cgroup-parent", "nope", "busybox").stderr
    assert "slices are made by systemd" in run(pod, "--cgroup-parent", "x.slice", "busybox").stderr
    assert pod("run", "--rm", *NO_NETWORK, "--cgroups", "disabled", "busybox", "true").ok()
