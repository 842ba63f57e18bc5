"""Limits hold: what exceeds one is stopped or slowed down, and the control group says what Podman's says."""

from __future__ import annotations

import json
import re

import pytest

from tests.machine.emulator import Program
from tests.support.commands import CommandLine
from tests.support.containers import background, run, shell, sleeping

FILES = (
    *("memory.max", "memory.high", "memory.low", "memory.min", "memory.swap.max", "memory.swap.high"),
    *("memory.oom.group", "cpu.max", "cpu.max.burst", "cpu.weight", "cpu.idle", "cpuset.cpus", "cpuset.mems"),
    *("pids.max", "io.max", "io.weight", "cgroup.max.depth", "cgroup.max.descendants"),
)
SHOW = """
group=$(sed -n s/^0:://p /proc/$({engine} inspect -f '{{{{.State.Pid}}}}' {name})/cgroup)
cd /sys/fs/cgroup$group && grep -s . {files}
"""
DISKS = tuple(f"--device-{way}=/dev/vda:{rate}" for way, rate in [
    ("read-bps", "1mb"), ("write-bps", "2mb"), ("read-iops", "100"), ("write-iops", "200"),
])  # fmt: skip


def files(alice: CommandLine, engine: str, name: str) -> dict[str, str]:
    """Return the limits of the control group that the first process of a container is in."""
    lines = alice(SHOW.format(engine=engine, name=name, files=" ".join(FILES))).lines
    found = dict(line.split(":", 1) for line in lines)
    assert "memory.max" in found
    return found


@pytest.mark.parametrize(
    "options",
    [
        "",
        "-m 64m --memory-reservation 32m --cpus 0.5 --cpu-shares 512 --cpuset-cpus 0 --cpuset-mems 0 --pids-limit 50",
        "-m 64m --memory-swap 100m --cpu-quota 20000 --cpu-period 50000 --cpu-shares 2 --pids-limit -1",
        "-m 64m --memory-swap -1 --cpu-quota -1 --cpu-shares 262144 --pids-limit 0 --blkio-weight 300",
        "-m 64m --memory-swap 64m --cpu-period 50000 --cgroup-conf memory.high=50000000 --cgroup-conf pids.max=77",
        " ".join(DISKS),
    ],
    ids=("none", "usual", "quota", "without-end", "conf", "disks"),
)
def test_the_group_of_a_container_has_the_limits_that_podman_gives_it(
    alice: CommandLine, pod: Program, podman: Program, options: str
) -> None:
    with sleeping(pod, *options.split()) as ours, sleeping(podman, *options.split()) as theirs:
        found, expected = files(alice, "pod", ours), files(alice, "podman", theirs)
    if "pids.max" in options:
        assert expected["pids.max"] == "77"
    assert found == expected


def test_update_writes_what_podmans_writes(alice: CommandLine, pod: Program, podman: Program) -> None:
    changes = (
        *(
            "-m 64m",
            "--memory-swap 200m",
            "--memory-reservation 16m",
            "--cpus 0.3 --cpu-shares 512",
            "--cpu-quota 30000",
        ),
        *(
            "--cpu-period 40000 --cpuset-cpus 0 --cpuset-mems 0",
            "--pids-limit 44",
            "--blkio-weight 100",
            " ".join(DISKS),
        ),
        *("--pids-limit -1", "-m 16m"),
    )
    before = ("-m", "32m", "--pids-limit", "20", "--cpus", "1")
    with sleeping(pod, *before) as ours, sleeping(podman, *before) as theirs:
        for change in changes:
            for engine, name in (("pod", ours), ("podman", theirs)):
                alice(f"{engine} update {change} {name}").ok()
            assert files(alice, "pod", ours) == files(alice, "podman", theirs), change
        pod("update", "--memory-swap", "-1", ours).ok()  # which Podman overhears
        assert files(alice, "pod", ours)["memory.swap.max"] == "max"


def test_what_version_2_does_not_have_is_refused_by_both(pod: Program, podman: Program) -> None:
    for options in (("--memory-swappiness", "50"), ("--oom-kill-disable",), ("--memory-swap", "100m")):
        assert [run(engine, *options, "busybox", "true").code for engine in (pod, podman)] != [0, 0]
        assert run(pod, *options, "busybox", "true").code == 125


def test_a_process_that_takes_too_much_memory_is_killed(pod: Program) -> None:
    too_much = ("dd", "if=/dev/zero", "of=/dev/null", "bs=200M", "count=1")
    result = pod("run", "--name", "hog", "--network", "none", "-m", "32m", "--memory-swap", "32m", "busybox", *too_much)
    try:
        assert result.code == 137
        state = json.loads(pod("inspect", "hog").ok().stdout)[0]["State"]
        assert (state["OOMKilled"], state["ExitCode"], state["Status"]) == (True, 137, "exited")
        events = pod("events", "--stream=false", "--since", "10m", "--filter", "container=hog").ok().stdout
        assert re.search(r"container oom .*hog", events), events
        assert pod("run", "--rm", "--network", "none", "-m", "300m", "busybox", *too_much).code == 0
    finally:
        pod("rm", "-f", "hog")


def test_there_are_no_more_processes_than_allowed(pod: Program) -> None:
    many = "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 20 & done; echo all"
    result = shell(pod, many, "--pids-limit", "8")
    assert result.code != 0 and "all" not in result.stdout
    assert "can't fork: Resource temporarily unavailable" in result.stderr
    assert shell(pod, many.replace("20", "0"), "--pids-limit", "20").ok().stdout == "all\n"


def test_a_busy_loop_gets_no_more_than_its_share_of_the_processor(pod: Program) -> None:
    measure = (
        "cut -d' ' -f1 /proc/uptime; timeout 4 sh -c 'while :; do :; done'; cut -d' ' -f1 /proc/uptime;"
        "cat /sys/fs/cgroup/cpu.stat"
    )
    first, last, *lines = shell(pod, measure, "--cpus", "0.2").ok().lines
    counted = {name: int(value) for name, value in map(str.split, lines)}
    share = counted["usage_usec"] / 1e6 / (float(last) - float(first))
    assert 0.05 < share < 0.35  # with the start of the shell, which may borrow one period
    assert counted["nr_throttled"] > 10


def test_a_disk_is_read_and_written_no_faster_than_allowed(pod: Program) -> None:
    measure = (
        "dd if=/dev/zero of=/big bs=1M count=8 conv=fsync 2>/dev/null; cut -d' ' -f1 /proc/uptime;"
        "dd if={0} of={1} bs=64k count=48 {2}=direct 2>/dev/null; cut -d' ' -f1 /proc/uptime"
    )
    for option, source, target, flag in (
        ("--device-read-bps", "/big", "/dev/null", "iflag"),
        ("--device-write-bps", "/dev/zero", "/new", "oflag"),
    ):
        script = measure.format(source, target, flag)
        slow, fast = [shell(pod, script, *limits).ok().lines for limits in ((f"{option}=/dev/vda:1mb",), ())]
        assert float(slow[1]) - float(slow[0]) > 2.0, (option, slow)  # 3 MB
        assert float(fast[1]) - float(fast[0]) < 2.0, (option, fast)


def test_a_paused_container_is_frozen_with_all_its_processes(alice: CommandLine, pod: Program) -> None:
    ticking = "(while :; do echo tick; sleep 0.1; done) & while :; do sleep 1; done"
    with background(pod, "busybox", "sh", "-c", ticking) as name:
        look = (
            f"group=/sys/fs/cgroup$(sed -n s/^0:://p /proc/$(pod inspect -f '{{{{.State.Pid}}}}' {name})/cgroup);"
            "grep frozen $group/cgroup.events"
        )
        pod("pause", name).ok()
        assert alice(look).ok().stdout == "frozen 1\n"
        first, second = alice(f"pod logs {name} | wc -l; sleep 3; pod logs {name} | wc -l").ok().lines
        assert first == second
        assert pod("inspect", "-f", "{{.State.Status}}", name).ok().stdout == "paused\n"
        pod("unpause", name).ok()
        assert alice(look).ok().stdout == "frozen 0\n"
        assert int(alice(f"sleep 2; pod logs {name} | wc -l").ok().stdout) > int(second)


def test_stats_are_those_of_the_control_group(alice: CommandLine, pod: Program) -> None:
    work = "dd if=/dev/zero of=/dev/shm/x bs=1M count=20 2>/dev/null; sleep 1000 & while :; do :; done"
    with background(pod, "-m", "100m", "busybox", "sh", "-c", work) as name:
        look = (
            f"sleep 5; pod stats --no-stream --format json {name}; cd /sys/fs/cgroup$(sed -n s/^0:://p"
            f" /proc/$(pod inspect -f '{{{{.State.Pid}}}}' {name})/cgroup); cat memory.current pids.current"
        )
        document, _, rest = alice(look).ok().stdout.rpartition("]")
        shown = json.loads(f"{document}]")[0]
    memory, processes = map(int, rest.split())
    assert int(shown["pids"]) == processes == 2
    used, limit = shown["mem_usage"].split(" / ")
    assert limit == "100MiB"
    assert 20 <= float(used.removesuffix("MiB")) <= memory / (1 << 20) + 1
    assert float(shown["cpu_percent"].rstrip("%")) > 5


def test_the_score_of_who_dies_first_is_podmans(pod: Program, podman: Program) -> None:
    for options in ((), ("--oom-score-adj", "500")):
        scores = [shell(engine, "cat /proc/self/oom_score_adj", *options).ok().stdout for engine in (pod, podman)]
        assert scores[0] == scores[1]


def test_a_namespace_of_control_groups_hides_where_the_container_is(pod: Program, podman: Program) -> None:
    look = "cat /proc/self/cgroup"
    assert shell(pod, look).ok().stdout == shell(podman, look).ok().stdout == "0::/\n"
    for engine in (pod, podman):
        assert re.search(
            r"0::/user.slice/.*user@1000.service/.*\.scope", shell(engine, look, "--cgroupns", "host").stdout
        )
