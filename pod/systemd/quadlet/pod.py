"""`.pod`: a service that makes a pod and starts its containers."""

from __future__ import annotations

from pod.systemd.quadlet import options, references, service
from pod.systemd.quadlet.options import Shapes
from pod.systemd.quadlet.references import Site
from pod.systemd.quadlet.source import Source
from pod.systemd.unit_file import UnitFile

_ID_FILE = "--pod-id-file=%t/%N.pod-id"

SHAPES = Shapes(
    text={
        "UserNS": "--userns",
        "SubUIDMap": "--subuidname",
        "SubGIDMap": "--subgidname",
        "ShmSize": "--shm-size",
        "IP": "--ip",
        "IP6": "--ip6",
    },
    each={
        "UIDMap": "--uidmap",
        "GIDMap": "--gidmap",
        "PublishPort": "--publish",
        "NetworkAlias": "--network-alias",
        "DNS": "--dns",
        "DNSOption": "--dns-option",
        "DNSSearch": "--dns-search",
        "AddHost": "--add-host",
    },
    special=("Network", "PodName", "Volume"),
)


def convert(site: Site, source: Source) -> UnitFile:
    """Return the unit of a `.pod` file. Raises UnitError."""
    options.check_keys(source, SHAPES)
    service.check_type(source, "forking")
    made = service.begin(source)
    for member in _members(site, source):
        made.add("Unit", "Wants", f"{member}.service")
        made.add("Unit", "Before", f"{member}.service")
    service.default(made, "SyslogIdentifier", "%N")
    program = [*options.program(source, site.program), "pod"]
    service.add_command(made, "ExecStart", [*program, "start", _ID_FILE])
    service.add_command(made, "ExecStop", [*program, "stop", _ID_FILE, "--ignore", "--time=10"])
    service.add_command(made, "ExecStopPost", [*program, "rm", _ID_FILE, "--ignore", "--force"])
    name = references.object_name(source)
    creation = [
        *(*program, "create", "--infra-conmon-pidfile=%t/%N.pid", _ID_FILE, "--exit-policy=stop", "--replace"),
        *options.options(source, SHAPES),
        *references.networks(site, source, made),
        *references.volumes(site, source, made),
        *("--infra-name", f"{name}-infra", "--name", name),
        *options.last_arguments(source),
    ]
    service.add_command(made, "ExecStartPre", creation)
    made.add("Service", "Environment", "PODMAN_SYSTEMD_UNIT=%n")
    service.default(made, "Type", "forking")
    service.default(made, "Restart", "on-failure")
    service.default(made, "PIDFile", "%t/%N.pid")
    return made


def _members(site: Site, source: Source) -> list[str]:
    """Return the services of the containers that start with the pod."""
    return [
        other.service
        for other in site.sources.values()
        if other.kind == "container"
        and other.unit.value("Container", "Pod") == source.name
        and other.unit.flag("Container", "StartWithPod") is not False
    ]
