"""`pod inspect`: Podman's document of a pod."""

from __future__ import annotations

from pod.engine import network_settings
from pod.engine.pods import store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.engine.engine import Engine
    from pod.storage.container_records import ContainerRecord


def inspect(engine: Engine, wanted: str) -> dict[str, Any]:
    """Return the document of a pod. Raises NoSuchPod, AmbiguousName."""
    pod = store.get(engine, wanted)
    record, infra = pod.record, pod.infra
    return {
        "Id": record.id,
        "Name": record.name,
        "Created": record.created,
        "CreateCommand": list(record.create_command),
        "ExitPolicy": record.exit_policy,
        "State": pod.status,
        "Hostname": record.hostname,
        "Labels": dict(record.labels),
        "CreateCgroup": False,
        "CgroupParent": "" if infra is None else infra.record.control_group.parent,
        "CgroupPath": "",
        "CreateInfra": bool(record.infra),
        "InfraContainerID": record.infra,
        "InfraConfig": None if infra is None else _infra(infra.record),
        "SharedNamespaces": list(record.share),
        "NumContainers": len(pod.containers),
        "Containers": [{"Id": one.id, "Name": one.name, "State": one.state.status} for one in pod.containers],
        "mounts": [
            {"Type": mount.type, "Source": mount.source, "Destination": mount.target} for mount in record.mounts
        ],
        "devices": list(record.devices),
        "security_opt": list(record.security_opt),
        "volumes_from": list(record.volumes_from),
        "RestartPolicy": record.restart.name,
    }


def _infra(infra: ContainerRecord) -> dict[str, Any]:
    return {
        "PortBindings": network_settings.ports(infra),
        "HostNetwork": infra.network == "host",
        "StaticIP": next((join.ip for join in infra.networks if join.ip), ""),
        "StaticMAC": next((join.mac for join in infra.networks if join.mac), ""),
        "NoManageResolvConf": "none" in infra.dns,
        "DNSServer": list(infra.dns),
        "DNSSearch": list(infra.dns_search),
        "DNSOption": list(infra.dns_option),
        "NoManageHosts": infra.no_hosts,
        "HostAdd": list(infra.add_host),
        "HostsFile": infra.hosts_file,
        "Networks": [join.network for join in infra.networks] or None,
        "NetworkOptions": None,
        "pid_ns": infra.pid_mode,
        "userns": infra.users.text or "host",
        "uts_ns": infra.uts_mode,
    }
