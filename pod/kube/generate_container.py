"""One container as Kubernetes describes it: what differs from its image, and what a cluster understands."""

from __future__ import annotations

import os

from pod.engine import health
from pod.engine.images import resolve
from pod.engine.options import ImageSource
from pod.errors import PodError
from pod.oci.image_config import Healthcheck, RunConfig
from pod.runtime import capabilities

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pod.engine.engine import Engine
    from pod.network_values import PortMapping
    from pod.storage.container_records import ContainerRecord, Mount

_SECOND = 1_000_000_000
_SET_BY_US = ("PATH", "HOSTNAME", "container", "TERM", "HOME")


def container(
    engine: Engine, record: ContainerRecord, volumes: dict[str, dict[str, Any]], prefix: str = ""
) -> dict[str, Any]:
    """Return the description of a container; its volumes are added to those of the pod.

    `prefix` is what the container's name begins with because of its pod: played again, it gets that anew.
    """
    image = _image(engine, record)
    found: dict[str, Any] = {}
    if record.entrypoint and record.entrypoint != (image.entrypoint or ()):
        found["command"] = list(record.entrypoint)
    if record.cmd and (record.cmd != (image.cmd or ()) or "command" in found):
        found["args"] = list(record.cmd)
    env = [item.partition("=") for item in record.env if item not in image.env]
    env = [part for part in env if part[0] not in _SET_BY_US or part[0] in ("PATH", "HOME")]
    if env:
        found["env"] = [{"name": name, "value": value.replace("$(", "$$(")} for name, _, value in env]
    found["image"] = record.image_name
    if record.healthcheck is not None and (probe := _probe(record.healthcheck)):
        found["livenessProbe"] = probe
    found["name"] = record.name.removeprefix(prefix) or record.name
    if limits := _limits(record):
        found["resources"] = limits
    if context := _security(record):
        found["securityContext"] = context
    if record.open_stdin:
        found["stdin"] = True
    if record.tty:
        found["tty"] = True
    mounts = [_mount(mount, volumes) for mount in record.mounts]
    if any(mounts):
        found["volumeMounts"] = [mount for mount in mounts if mount]
    if record.working_dir not in ("", "/", image.working_dir):
        found["workingDir"] = record.working_dir
    return found


def _image(engine: Engine, record: ContainerRecord) -> RunConfig:
    try:
        return resolve.for_container(engine, record.image_name, ImageSource(pull="never")).config.config
    except PodError:
        return RunConfig()


def _limits(record: ContainerRecord) -> dict[str, Any]:
    wanted = record.resources
    limits: dict[str, str] = {}
    if wanted.nano_cpus:
        limits["cpu"] = f"{wanted.nano_cpus // 1_000_000}m"
    if wanted.memory > 0:
        limits["memory"] = str(wanted.memory)
    requests = {"memory": str(wanted.memory_reservation)} if wanted.memory_reservation > 0 else {}
    return {key: value for key, value in (("limits", limits), ("requests", requests)) if value}


def _security(record: ContainerRecord) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if record.privileged:
        found["privileged"] = True
    usual = set(capabilities.resolve((), ()))
    now = set(capabilities.resolve(record.cap_add, record.cap_drop))
    changes = {"add": sorted(now - usual), "drop": ["ALL"] if not now else sorted(usual - now)}
    if any(changes.values()) and not record.privileged:
        found["capabilities"] = {key: value for key, value in changes.items() if value}
    if record.read_only:
        found["readOnlyRootFilesystem"] = True
    if any(option.startswith("no-new-privileges") for option in record.security_opt):
        found["allowPrivilegeEscalation"] = False
    if "unmask=ALL" in record.security_opt:
        found["procMount"] = "Unmasked"
    user, _, group = record.user.partition(":")
    if user.isdecimal():
        found["runAsUser"] = int(user)
    if group.isdecimal():
        found["runAsGroup"] = int(group)
    return found


def _mount(mount: Mount, volumes: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return where a volume is mounted, and gather the volume; nothing for what only this machine has."""
    if mount.type == "volume":
        name = f"{mount.name}-pvc"
        source: dict[str, Any] = {"persistentVolumeClaim": {"claimName": mount.name}}
        if mount.anonymous:
            name, source = mount.name[:60], {"emptyDir": {}}
    elif mount.type == "bind":
        name = mount.source.strip("/").replace("/", "-").replace(".", "-").replace("_", "-").lower()[-55:] or "root"
        name = f"{name.strip('-')}-host"
        source = {"hostPath": {"path": mount.source, "type": "Directory" if os.path.isdir(mount.source) else "File"}}
        if not os.path.isdir(mount.source) and not os.path.isfile(mount.source):
            source["hostPath"].pop("type")
    elif mount.type == "tmpfs":
        name, source = f"tmp-{len(volumes)}", {"emptyDir": {"medium": "Memory"}}
    else:
        return {}
    volumes[name] = {"name": name, **source}
    found: dict[str, Any] = {"mountPath": mount.target, "name": name}
    if "ro" in mount.options:
        found["readOnly"] = True
    if mount.subpath:
        found["subPath"] = mount.subpath
    return found


def _probe(check: Healthcheck) -> dict[str, Any]:
    kind, words = check.test[:1], list(check.test[1:])
    if kind not in (("CMD",), ("CMD-SHELL",)):
        return {}
    command = words if kind == ("CMD",) else ["/bin/sh", "-c", *words]
    found: dict[str, Any] = {"exec": {"command": command}}
    for key, value in (
        ("failureThreshold", check.retries or health.DEFAULT_RETRIES),
        ("initialDelaySeconds", check.start_period // _SECOND),
        ("periodSeconds", (check.interval or health.DEFAULT_INTERVAL) // _SECOND),
        ("timeoutSeconds", (check.timeout or health.DEFAULT_TIMEOUT) // _SECOND),
    ):
        if value:
            found[key] = value
    return found


def ports(published: Iterable[PortMapping]) -> list[dict[str, Any]]:
    """Return published ports as those of a container."""
    found = []
    for port in published:
        one: dict[str, Any] = {"containerPort": port.container_port, "hostPort": port.host_port}
        if port.host_ip:
            one["hostIP"] = port.host_ip
        if port.protocol != "tcp":
            one["protocol"] = port.protocol.upper()
        found.append(one)
    return found


def names(record: ContainerRecord) -> dict[str, Any]:
    """Return what a pod says of names and name servers."""
    found: dict[str, Any] = {}
    aliases: dict[str, list[str]] = {}
    for entry in record.add_host:
        name, _, address = entry.partition(":")
        if address != "host-gateway":
            aliases.setdefault(address, []).append(name)
    if aliases:
        found["hostAliases"] = [{"hostnames": listed, "ip": address} for address, listed in aliases.items()]
    options = [option.partition(":") for option in record.dns_option]
    dns = {
        "nameservers": [server for server in record.dns if server != "none"],
        "options": [{"name": name, **({"value": value} if value else {})} for name, _, value in options],
        "searches": list(record.dns_search),
    }
    if any(dns.values()):
        found["dnsConfig"] = {key: value for key, value in dns.items() if value}
    return found
