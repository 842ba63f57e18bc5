"""The member HostConfig of `inspect`: Docker's fields, and Podman's besides."""

from __future__ import annotations

from pod.engine import limits_inspect, log_options, masks, network_settings
from pod.engine.mounts import inspect as mounts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.engine.engine import Engine
    from pod.storage.container_records import ContainerRecord, ContainerState
    from pod.storage.layout import StorageLayout


def describe(engine: Engine, record: ContainerRecord, state: ContainerState) -> dict[str, Any]:
    """Return the member HostConfig: what was asked of the host for the container."""
    return {
        "Binds": mounts.binds(record),
        "VolumesFrom": list(record.volumes_from) or None,
        "VolumeDriver": "",
        "ContainerIDFile": "",
        "LogConfig": _log_config(engine.layout, record),
        "NetworkMode": network_settings.network_mode(record),
        "PortBindings": network_settings.ports(record),
        "RestartPolicy": {"Name": record.restart.name, "MaximumRetryCount": record.restart.maximum_retries},
        "AutoRemove": record.auto_remove,
        "CapAdd": list(record.cap_add),
        "CapDrop": list(record.cap_drop),
        "Dns": list(record.dns),
        "DnsOptions": list(record.dns_option),
        "DnsSearch": list(record.dns_search),
        "ExtraHosts": list(record.add_host),
        "GroupAdd": list(record.group_add),
        "IpcMode": record.ipc_mode,
        "PidMode": record.pid_mode,
        "UTSMode": record.uts_mode,
        "UsernsMode": "private" if record.id_map else "",
        "IDMappings": _id_mappings(record),
        "CgroupMode": record.cgroup_mode,
        "CgroupnsMode": record.cgroup_mode,
        "Cgroup": "",
        "ConsoleSize": [0, 0],
        "Links": None,
        "OomScoreAdj": record.oom_score_adj or 0,
        "Isolation": "",
        "Devices": [_device(device) for device in record.devices],
        "DeviceCgroupRules": None,
        "DeviceRequests": None,
        "DiskQuota": 0,
        "MaskedPaths": list(masks.masked_paths(record)),
        "ReadonlyPaths": list(masks.readonly_paths(record)),
        **limits_inspect.describe(engine, record, state.cgroup),
        "Privileged": record.privileged,
        "PublishAllPorts": record.publish_all,
        "ReadonlyRootfs": record.read_only,
        "SecurityOpt": list(record.security_opt),
        "Tmpfs": mounts.tmpfs(record),
        "ShmSize": record.shm_size,
        "Sysctls": dict(record.sysctls),
        "Runtime": "pod",
        "Init": record.init,
        "Ulimits": [{"Name": limit.name, "Soft": limit.soft, "Hard": limit.hard} for limit in record.ulimits],
    }


def _id_mappings(record: ContainerRecord) -> dict[str, Any] | None:
    if record.id_map is None:
        return None
    return {
        name: [f"{part.inside}:{part.outside}:{part.count}" for part in parts]
        for name, parts in (("UidMap", record.id_map.uids), ("GidMap", record.id_map.gids))
    }


def _log_config(layout: StorageLayout, record: ContainerRecord) -> dict[str, Any]:
    return {
        "Type": record.log.driver,
        "Config": dict(record.log.options),
        "Path": log_options.path(layout, record),
        "Tag": record.log.options.get("tag", ""),
        "Size": f"{log_options.rotation(record.log)[0]}B",
    }


def _device(device: str) -> dict[str, str]:
    outside, _, inside = device.partition(":")
    return {"PathOnHost": outside, "PathInContainer": inside or outside, "CgroupPermissions": "rwm"}
