"""Limits as files of a control group: the conversions of crun and runc, and what cannot be set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pod.cli.commands.container.create_flags.resources import ResourceFlags
from pod.cli.parsers.resources import parse_resources
from pod.engine import limits
from pod.errors import KernelRefused, UsageError
from pod.runtime import cgroups
from pod.runtime.cgroups import Place, Setting
from pod.storage.container_records import DeviceLimit, Resources

MIB = 1 << 20


@pytest.mark.parametrize(
    ("resources", "files"),
    [
        (Resources(), []),
        (Resources(memory=64 * MIB), ["memory.max=67108864"]),
        (Resources(memory=MIB, memory_swap=3 * MIB), ["memory.max=1048576", "memory.swap.max=2097152"]),
        (Resources(memory=MIB, memory_swap=-1), ["memory.max=1048576", "memory.swap.max=max"]),
        (Resources(memory_reservation=MIB), ["memory.low=1048576"]),
        (Resources(nano_cpus=1_500_000_000), ["cpu.max=150000 100000"]),
        (Resources(cpu_quota=20000), ["cpu.max=20000 100000"]),
        (Resources(cpu_quota=-1), ["cpu.max=max 100000"]),
        (Resources(cpu_quota=5000, cpu_period=10000), ["cpu.max=5000 10000"]),
        (Resources(cpu_period=10000), ["cpu.max=max 10000"]),
        (Resources(cpu_shares=2), ["cpu.weight=1"]),
        (Resources(cpu_shares=1024), ["cpu.weight=39"]),
        (Resources(cpu_shares=262144), ["cpu.weight=10000"]),
        (Resources(cpuset_cpus="0-1", cpuset_mems="0"), ["cpuset.cpus=0-1", "cpuset.mems=0"]),
        (Resources(pids_limit=100), ["pids.max=100"]),
        (Resources(pids_limit=-1), ["pids.max=max"]),
        (Resources(blkio_weight=10), ["io.weight=default 1"]),
        (Resources(blkio_weight=1000), ["io.weight=default 10000"]),
        (Resources(device_read_bps=(DeviceLimit("/dev/null", MIB),)), ["io.max=1:3 rbps=1048576"]),
        (Resources(device_write_iops=(DeviceLimit("/dev/null", 5),)), ["io.max=1:3 wiops=5"]),
        (Resources(blkio_weight_device=(DeviceLimit("/dev/null", 1000),)), ["io.weight=1:3 10000"]),
        (Resources(files={"memory.high": "1G"}), ["memory.high=1G"]),
    ],
)
def test_files(resources: Resources, files: list[str]) -> None:
    assert [f"{one.file}={one.value}" for one in limits.settings(resources)] == files


def test_a_disk_that_does_not_exist_is_named() -> None:
    with pytest.raises(UsageError, match="--device-read-bps /dev/nope: No such file"):
        limits.settings(Resources(device_read_bps=(DeviceLimit("/dev/nope", 1),)))


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"cpus": "x"}, "it is a number of processors"),
        ({"cpus": "nan"}, "it is a number of processors"),
        ({"cpus": "-1"}, "it is a number of processors"),
        ({"cpus": "0.001"}, "the least is 0.01"),
        ({"cpus": "1", "cpu_quota": 5000}, "--cpus and --cpu-quota exclude each other"),
        ({"cpus": "1", "cpu_period": 5000}, "--cpus and --cpu-period exclude each other"),
        ({"cpu_period": 5}, "a number from 1000 to 1000000"),
        ({"cpu_quota": 5}, "1000 microseconds or more"),
        ({"memory": "64q"}, "a size is a number"),
        ({"memory": "64m", "memory_swap": "32m"}, "--memory-swap is less than --memory"),
        ({"memory_swap": "32m"}, "--memory-swap goes with --memory only"),
        ({"memory": "64m", "memory_reservation": "65m"}, "--memory-reservation is more than --memory"),
        ({"pids_limit": -5}, "a number from -1"),
        ({"blkio_weight": 5}, "a number from 10 to 1000"),
        ({"blkio_weight_device": ("/dev/x:5",)}, "a number from 10 to 1000"),
        ({"device_read_bps": ("x:1mb",)}, "it is written /dev/NAME:VALUE"),
        ({"device_read_iops": ("/dev/x:0",)}, "it is a positive number"),
        ({"cpuset_cpus": "0-"}, "it is a list such as 0-2,4"),
        ({"cpuset_mems": "2-1"}, "2-1 ends before it begins"),
        ({"cgroup_conf": ("../x.y=1",)}, "it is written FILE=VALUE"),
        ({"cgroup_conf": ("memory.high=",)}, "it is written FILE=VALUE"),
    ],
)
def test_wrong_values_are_told(flags: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_resources(ResourceFlags(**flags))
    assert message in caught.value.message


def test_an_update_keeps_what_it_does_not_name() -> None:
    before = Resources(memory=MIB, nano_cpus=5, pids_limit=7)
    assert parse_resources(ResourceFlags(cpu_quota=5000), before) == Resources(memory=MIB, cpu_quota=5000, pids_limit=7)
    assert parse_resources(ResourceFlags(cpus="2"), Resources(cpu_quota=5000)) == Resources(nano_cpus=2_000_000_000)


def test_new_memory_takes_new_swap_with_it() -> None:
    before = Resources(memory=MIB, memory_swap=5 * MIB)
    assert parse_resources(ResourceFlags(memory="2m"), before) == Resources(memory=2 * MIB)
    assert parse_resources(ResourceFlags(memory="2m", memory_swap="3m"), before).memory_swap == 3 * MIB


def test_no_processes_means_any_number() -> None:
    assert parse_resources(ResourceFlags(pids_limit=0)).pids_limit == -1


def test_controllers_that_are_not_there_are_found() -> None:
    wanted = limits.settings(Resources(memory=MIB, pids_limit=5, files={"cgroup.max.depth": "3"}))
    assert [one.option for one in cgroups.missing(Place("/x", ("memory",)), wanted)] == ["--pids-limit"]
    assert len(cgroups.missing(None, wanted)) == 3


def test_a_file_that_cannot_be_written_names_the_option(tmp_path: Path) -> None:
    with pytest.raises(KernelRefused) as caught:
        cgroups.apply(str(tmp_path), [Setting("--memory", "memory.max", "5")])
    assert caught.value.message == "cannot set --memory: No such file or directory: memory.max = 5"
    assert caught.value.hint == "the controller memory is not handed on to your control groups"
