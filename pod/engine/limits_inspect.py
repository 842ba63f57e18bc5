"""Limits, and the control group that keeps them, as `inspect` shows them: members of HostConfig."""

from __future__ import annotations

from pod.linux import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.engine.engine import Engine
    from pod.storage.container_records import ContainerRecord, DeviceLimit

_MOUNTS = ("/sys/fs/cgroup/unified", "/sys/fs/cgroup")
_SLICE = "user.slice"  # pod.linux.scopes.DEFAULT_SLICE, which not every `inspect` has to import


def path(folder: str) -> str:
    """Return the path of a control group in its hierarchy, as Podman shows it."""
    for mounted in _MOUNTS:
        folder = folder.removeprefix(mounted)
    return folder


def describe(engine: Engine, record: ContainerRecord, folder: str) -> dict[str, Any]:
    """Return the members of HostConfig that are about limits; `folder` is its control group."""
    wanted = record.resources
    group = record.control_group
    by_systemd = ".scope/" in folder if folder else engine.finds_systemd
    default = _SLICE if by_systemd and group.mode != "disabled" else ""
    return {
        "CgroupManager": "systemd" if by_systemd else "cgroupfs",
        "CgroupParent": group.parent or default,
        "Cgroups": "default" if group.mode == "enabled" else group.mode,
        "CgroupConf": dict(wanted.files) or None,
        "Memory": wanted.memory,
        "MemoryReservation": wanted.memory_reservation,
        "MemorySwap": wanted.memory_swap or 2 * wanted.memory,
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
        "PidsLimit": wanted.pids_limit or _usual_pids(folder),
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


def _usual_pids(folder: str) -> int:
    """Return how many processes a group lets a container have that names no number; 0 without end."""
    try:
        return int(files.read_bytes(f"{folder}/pids.max", 32)) if folder else 0
    except (OSError, ValueError):
        return 0


def _rates(limits: tuple[DeviceLimit, ...]) -> list[dict[str, Any]] | None:
    return [{"Path": one.path, "Rate": one.value} for one in limits] or None
