"""Limits as `inspect` shows them: Docker's members of HostConfig, and Podman's."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.storage.container_records import ContainerRecord, DeviceLimit


def describe(record: ContainerRecord) -> dict[str, Any]:
    """Return the members of HostConfig that are about limits."""
    wanted = record.resources
    return {
        "CgroupParent": record.control_group.parent,
        "Cgroups": "default" if record.control_group.mode == "enabled" else record.control_group.mode,
        "CgroupConf": dict(wanted.files) or None,
        "Memory": wanted.memory,
        "MemoryReservation": wanted.memory_reservation,
        "MemorySwap": wanted.memory_swap,
        "MemorySwappiness": 0,
        "KernelMemory": 0,
        "OomKillDisable": False,
        "NanoCpus": wanted.nano_cpus,
        "CpuShares": wanted.cpu_shares,
        "CpuPeriod": wanted.cpu_period,
        "CpuQuota": wanted.cpu_quota,
        "CpuRealtimePeriod": 0,
        "CpuRealtimeRuntime": 0,
        "CpusetCpus": wanted.cpuset_cpus,
        "CpusetMems": wanted.cpuset_mems,
        "PidsLimit": wanted.pids_limit,
        "CpuCount": 0,
        "CpuPercent": 0,
        "IOMaximumIOps": 0,
        "IOMaximumBandwidth": 0,
        "BlkioWeight": wanted.blkio_weight,
        "BlkioWeightDevice": [{"Path": one.path, "Weight": one.value} for one in wanted.blkio_weight_device] or None,
        "BlkioDeviceReadBps": _rates(wanted.device_read_bps),
        "BlkioDeviceWriteBps": _rates(wanted.device_write_bps),
        "BlkioDeviceReadIOps": _rates(wanted.device_read_iops),
        "BlkioDeviceWriteIOps": _rates(wanted.device_write_iops),
    }


def _rates(limits: tuple[DeviceLimit, ...]) -> list[dict[str, Any]] | None:
    return [{"Path": one.path, "Rate": one.value} for one in limits] or None
