"""`inspect` of a container: Docker's document, with Podman's members besides."""

from __future__ import annotations

from pod.engine import containers, health, host_config, limits_inspect, log_options, network_settings, spec
from pod.engine.containers import Container
from pod.engine.mounts import inspect as mounts
from pod.errors import PodError
from pod.linux import times
from pod.oci.digest import Digest
from pod.storage.container_records import ContainerRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.engine.engine import Engine
    from pod.oci.image_config import Healthcheck
    from pod.storage.layout import StorageLayout


def inspect(engine: Engine, name: str) -> dict[str, Any]:
    """Return the document of a container. Raises NoSuchContainer, AmbiguousName."""
    container = containers.find_settled(engine, name)
    record, state = container.record, container.state
    folder = engine.layout.container(record.id)
    capabilities = _capabilities(record)
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
        "Pod": record.pod.id,
        "ResolvConfPath": f"{engine.layout.run_container(record.id)}/resolv.conf",
        "HostnamePath": f"{engine.layout.run_container(record.id)}/hostname",
        "HostsPath": f"{engine.layout.run_container(record.id)}/hosts",
        "StaticDir": folder,
        "OCIConfigPath": f"{folder}/config.json",
        "OCIRuntime": "pod",
        "ConmonPidFile": record.lifecycle.monitor_pid_file,
        "PidFile": record.lifecycle.pid_file,
        "LogPath": log_options.path(engine.layout, record),
        "Name": record.name,
        "RestartCount": state.restart_count,
        "Driver": engine.driver,
        "Platform": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "",
        "EffectiveCaps": list(capabilities),
        "BoundingCaps": list(capabilities),
        "ExecIDs": [],
        "HostConfig": host_config.describe(engine, record, container.state),
        "GraphDriver": {"Name": engine.driver, "Data": _folders(engine.layout, record)},
        "Dependencies": [_id_of(engine.layout, name) for name in record.needs],
        "Mounts": mounts.mounts(record),
        "Config": _config(record),
        "NetworkSettings": network_settings.describe(container),
        "Namespace": "",
        "IsInfra": record.pod.infra,
        "IsService": False,
    }


def _folders(layout: StorageLayout, record: ContainerRecord) -> dict[str, str]:
    """Return where the parts of the root are; the merged one can be seen where `pod mount` has mounted it."""
    folder = layout.container(record.id)
    layers = [f"{layout.layer(Digest.parse(diff_id))}/diff" for diff_id in reversed(record.layers)]
    return {
        "LowerDir": ":".join(layers) or record.rootfs,
        "MergedDir": layout.container_mount(record.id),
        "UpperDir": f"{folder}/upper",
        "WorkDir": f"{folder}/work",
    }


def _id_of(layout: StorageLayout, name: str) -> str:
    try:
        return containers.find_id(layout, name)
    except PodError:
        return name  # it is gone


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
        "CgroupPath": limits_inspect.path(state.cgroup),
        "CheckpointedAt": times.ZERO,
        "RestoredAt": times.ZERO,
    }
    found = health.Health("") if record.healthcheck is None else health.read(layout, record.id)
    document["Health"] = found.replace(status=state.health or found.status).to_json()
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
        "Healthcheck": _healthcheck(record.healthcheck),
        "HealthcheckOnFailureAction": record.health.on_failure,
        "HealthLogDestination": record.health.log_destination,
        "HealthcheckMaxLogCount": record.health.max_log_count,
        "HealthcheckMaxLogSize": record.health.max_log_size,
        "StartupHealthCheck": _startup(record),
        "Passwd": record.accounts.enabled,
        "Timeout": record.lifecycle.timeout,
        "sdNotifyMode": record.lifecycle.notify,
    }


def _healthcheck(check: Healthcheck | None) -> dict[str, Any] | None:
    """Return a check with the times that hold where none were given."""
    if check is None:
        return None
    if not health.command(check):
        return check.to_json()
    defaults = {
        "interval": health.DEFAULT_INTERVAL,
        "timeout": health.DEFAULT_TIMEOUT,
        "retries": health.DEFAULT_RETRIES,
    }
    return check.replace(**{name: getattr(check, name) or value for name, value in defaults.items()}).to_json()


def _startup(record: ContainerRecord) -> dict[str, Any] | None:
    check = record.health.startup
    return None if check is None else {**check.to_json(), "Successes": record.health.startup_successes}


def _capabilities(record: ContainerRecord) -> tuple[str, ...]:
    from pod.runtime import capabilities

    return capabilities.resolve(record.cap_add, record.cap_drop, privileged=record.privileged)
