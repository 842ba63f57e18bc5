"""`inspect` of a container: Docker's document, with Podman's members besides."""

from __future__ import annotations

from pod.engine import containers, healthcheck, log_options, network_settings, spec
from pod.engine.containers import Container
from pod.engine.mounts import inspect as mounts
from pod.linux import times
from pod.storage import marker
from pod.storage.container_records import ContainerRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.engine.engine import Engine
    from pod.storage.layout import StorageLayout


def inspect(engine: Engine, name: str) -> dict[str, Any]:
    """Return the document of a container. Raises NoSuchContainer, AmbiguousName."""
    container = containers.find_settled(engine, name)
    record, state = container.record, container.state
    folder = engine.layout.container(record.id)
    mark = marker.read(engine.layout)
    driver = mark.driver if mark is not None else ""
    return {
        "Id": record.id,
        "Created": record.created,
        "Path": record.command[0] if record.command else "",
        "Args": list(record.command[1:]),
        "State": _state(engine.layout, container),
        "Image": record.image,
        "ImageDigest": record.image_digest,
        "ImageName": record.image_name,
        "Rootfs": record.rootfs,
        "Pod": "",
        "ResolvConfPath": f"{engine.layout.run_container(record.id)}/resolv.conf",
        "HostnamePath": f"{engine.layout.run_container(record.id)}/hostname",
        "HostsPath": f"{engine.layout.run_container(record.id)}/hosts",
        "StaticDir": folder,
        "OCIConfigPath": f"{folder}/config.json",
        "OCIRuntime": "pod",
        "LogPath": log_options.path(engine.layout, record),
        "Name": record.name,
        "RestartCount": state.restart_count,
        "Driver": driver,
        "Platform": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "",
        "EffectiveCaps": list(_capabilities(record)),
        "BoundingCaps": list(_capabilities(record)),
        "ExecIDs": [],
        "HostConfig": _host_config(record),
        "GraphDriver": {"Name": driver, "Data": {"UpperDir": f"{folder}/upper", "WorkDir": f"{folder}/work"}},
        "Mounts": mounts.mounts(record),
        "Config": _config(record),
        "NetworkSettings": network_settings.describe(container),
        "Namespace": "",
        "IsInfra": False,
        "IsService": False,
    }


def _state(layout: StorageLayout, container: Container) -> dict[str, Any]:
    record, state = container.record, container.state
    running = container.running
    document = {
        "OciVersion": "1.1.0",
        "Status": state.status,
        "Running": running,
        "Paused": state.status == "paused",
        "Restarting": state.status == "restarting",
        "OOMKilled": state.oom_killed,
        "Dead": False,
        "Pid": state.init.pid if running and state.init else 0,
        "ConmonPid": state.monitor.pid if running and state.monitor else 0,
        "ExitCode": state.exit_code,
        "Error": state.error,
        "StartedAt": state.started_at or times.ZERO,
        "FinishedAt": state.finished_at or times.ZERO,
        "CgroupPath": "",
    }
    if record.healthcheck is not None:
        health = healthcheck.read(layout, record.id)
        document["Health"] = health.replace(status=state.health or health.status).to_json()
    return document


def _config(record: ContainerRecord) -> dict[str, Any]:
    return {
        "Hostname": spec.hostname(record),
        "Domainname": record.domainname,
        "ExposedPorts": {port: {} for port in record.expose},
        "User": record.user,
        "AttachStdin": "stdin" in record.attach,
        "AttachStdout": "stdout" in record.attach,
        "AttachStderr": "stderr" in record.attach,
        "Tty": record.tty,
        "OpenStdin": record.open_stdin,
        "StdinOnce": record.stdin_once,
        "Env": list(spec.environment(record)),
        "Cmd": list(record.cmd) or None,
        "Image": record.image_name,
        "Volumes": None,
        "WorkingDir": record.working_dir,
        "Entrypoint": list(record.entrypoint) or None,
        "OnBuild": None,
        "Labels": dict(record.labels),
        "Annotations": dict(record.annotations),
        "StopSignal": record.stop_signal,
        "StopTimeout": record.stop_timeout,
        "CreateCommand": list(record.create_command),
        "Umask": record.umask,
        "Secrets": [
            {"Name": use.name, "ID": use.id, "UID": use.uid, "GID": use.gid, "Mode": use.mode}
            for use in record.secrets
            if not use.is_variable
        ],
        "Healthcheck": record.healthcheck.to_json() if record.healthcheck else None,
    }


def _host_config(record: ContainerRecord) -> dict[str, Any]:
    return {
        "Binds": mounts.binds(record),
        "VolumesFrom": list(record.volumes_from) or None,
        "VolumeDriver": "",
        "ContainerIDFile": "",
        "LogConfig": {"Type": record.log.driver, "Config": dict(record.log.options)},
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


def _capabilities(record: ContainerRecord) -> tuple[str, ...]:
    from pod.runtime import capabilities

    return capabilities.resolve(record.cap_add, record.cap_drop, privileged=record.privileged)
