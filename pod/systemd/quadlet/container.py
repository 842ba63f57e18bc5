"""`.container`: a service that runs a container."""

from __future__ import annotations

import os

from pod.systemd.quadlet import options, references, service
from pod.systemd.quadlet.options import Shapes
from pod.systemd.quadlet.references import Site
from pod.systemd.quadlet.source import Source
from pod.systemd.unit_file import UnitError, UnitFile

_CID_FILE = "--cidfile=%t/%N.cid"

SHAPES = Shapes(
    text={
        "LogDriver": "--log-driver",
        "PidsLimit": "--pids-limit",
        "ShmSize": "--shm-size",
        "Entrypoint": "--entrypoint",
        "IP": "--ip",
        "IP6": "--ip6",
        "StopSignal": "--stop-signal",
        "StopTimeout": "--stop-timeout",
        "Timezone": "--tz",
        "WorkingDir": "--workdir",
        "HostName": "--hostname",
        "Pull": "--pull",
        "UserNS": "--userns",
        "SubUIDMap": "--subuidname",
        "SubGIDMap": "--subgidname",
        "HealthCmd": "--health-cmd",
        "HealthInterval": "--health-interval",
        "HealthOnFailure": "--health-on-failure",
        "HealthLogDestination": "--health-log-destination",
        "HealthMaxLogCount": "--health-max-log-count",
        "HealthMaxLogSize": "--health-max-log-size",
        "HealthRetries": "--health-retries",
        "HealthStartPeriod": "--health-start-period",
        "HealthTimeout": "--health-timeout",
        "HealthStartupCmd": "--health-startup-cmd",
        "HealthStartupInterval": "--health-startup-interval",
        "HealthStartupRetries": "--health-startup-retries",
        "HealthStartupSuccess": "--health-startup-success",
        "HealthStartupTimeout": "--health-startup-timeout",
    },
    each={
        "LogOpt": "--log-opt",
        "Ulimit": "--ulimit",
        "DNS": "--dns",
        "DNSOption": "--dns-option",
        "DNSSearch": "--dns-search",
        "GroupAdd": "--group-add",
        "AddHost": "--add-host",
        "Tmpfs": "--tmpfs",
        "NetworkAlias": "--network-alias",
        "UIDMap": "--uidmap",
        "GIDMap": "--gidmap",
        "ExposeHostPort": "--expose",
        "PublishPort": "--publish",
        "Secret": "--secret",
    },
    words={"Sysctl": "--sysctl"},
    pairs={"Environment": "--env", "Label": "--label", "Annotation": "--annotation"},
    flags={"RunInit": "--init", "EnvironmentHost": "--env-host", "ReadOnlyTmpfs": "--read-only-tmpfs"},
    special=(
        *("Image", "Rootfs", "ContainerName", "Exec", "User", "Group", "Notify", "CgroupsMode", "Pod", "StartWithPod"),
        *("AddCapability", "DropCapability", "AddDevice", "ReadOnly", "NoNewPrivileges", "SeccompProfile", "Mask"),
        *("Unmask", "SecurityLabelDisable", "SecurityLabelNested", "SecurityLabelType", "SecurityLabelFileType"),
        *("SecurityLabelLevel", "Volume", "Mount", "Network", "EnvironmentFile", "AutoUpdate"),
    ),
)


def convert(site: Site, source: Source) -> UnitFile:
    """Return the unit of a `.container` file. Raises UnitError."""
    options.check_keys(source, SHAPES)
    kind = service.check_type(source, "notify", "oneshot")
    service.check_kill_mode(source)
    made = service.begin(source)
    made.add("Service", "Environment", "PODMAN_SYSTEMD_UNIT=%n")
    service.default(made, "KillMode", "mixed")
    program = options.program(source, site.program)
    removal = [*program, "rm", "-v", "-f", "-i", _CID_FILE]
    service.add_command(made, "ExecStop", removal)
    service.add_command(made, "ExecStopPost", removal, may_fail=True)
    service.default(made, "Delegate", "yes")
    if kind != "oneshot":
        service.default(made, "Type", "notify")
        service.default(made, "NotifyAccess", "all")
    service.default(made, "SyslogIdentifier", "%N")
    service.add_command(made, "ExecStart", _run(site, source, made, program, once=kind == "oneshot"))
    return made


def _run(site: Site, source: Source, made: UnitFile, program: list[str], *, once: bool) -> list[str]:
    image = _image(site, source, made)
    return [
        *(*program, "run", "--name", _name(source), _CID_FILE, "--replace", "--rm"),
        *_cgroups(source),
        *options.options(source, SHAPES),
        *references.networks(site, source, made),
        *([] if once else [f"--sdnotify={_notify(source)}", "-d"]),
        *_security(source),
        *_user(source),
        *references.volumes(site, source, made),
        *_auto_update(source),
        *references.file_paths(source, "EnvironmentFile", "--env-file"),
        *references.mounts(site, source, made),
        *_pod(site, source, made),
        *options.last_arguments(source),
        *image,
        *options.all_words(source, "Exec"),
    ]


def _name(source: Source) -> str:
    """Return the container's name, where not chosen the unit's as systemd will fill it in."""
    default = "systemd-%p_%i" if source.is_template else "systemd-%N"
    return source.unit.value("Container", "ContainerName", default)


def _image(site: Site, source: Source, made: UnitFile) -> list[str]:
    image, rootfs = source.unit.last("Container", "Image"), source.unit.last("Container", "Rootfs")
    if image and rootfs:
        raise UnitError(f"{rootfs.place}: Rootfs= and Image= exclude each other")
    if rootfs:
        return ["--rootfs", rootfs.text]
    if image is None:
        raise UnitError(f"{source.path}: [Container] says neither Image= nor Rootfs=")
    return [references.image(site, made, image)]


def _cgroups(source: Source) -> list[str]:
    mode = source.unit.value("Container", "CgroupsMode")
    return ["--cgroups", mode] if mode else ["--cgroups=split"]


def _notify(source: Source) -> str:
    line = source.unit.last("Container", "Notify")
    if line is not None and line.text.lower() == "healthy":
        return "healthy"
    return "container" if source.unit.flag("Container", "Notify") else "conmon"


def _security(source: Source) -> list[str]:
    unit, found = source.unit, []
    if unit.flag("Container", "NoNewPrivileges"):
        found.append("--security-opt=no-new-privileges")
    for key, label in (("SecurityLabelDisable", "disable"), ("SecurityLabelNested", "nested")):
        if unit.flag("Container", key):
            found += ["--security-opt", f"label={label}"]
    for key, label in (("Type", "type"), ("FileType", "filetype"), ("Level", "level")):
        value = unit.value("Container", f"SecurityLabel{key}")
        if value:
            found += ["--security-opt", f"label={label}:{value}"]
    for device in options.all_words(source, "AddDevice"):
        path = device.removeprefix("-")
        if device == path or os.path.exists(path.partition(":")[0]):
            found += ["--device", path]
    for key, option in (("SeccompProfile", "seccomp"), ("Mask", "mask"), ("Unmask", "unmask")):
        value = unit.value("Container", key)
        if value:
            found += ["--security-opt", f"{option}={value}"]
    for key, option in (("DropCapability", "--cap-drop"), ("AddCapability", "--cap-add")):
        for capability in options.all_words(source, key):
            found += [option, capability.lower()]
    read_only = unit.flag("Container", "ReadOnly")
    if read_only is not None:
        found.append("--read-only" if read_only else "--read-only=false")
    return found


def _user(source: Source) -> list[str]:
    user, group = source.unit.value("Container", "User"), source.unit.last("Container", "Group")
    if group and not user:
        raise UnitError(f"{group.place}: Group= needs User= beside it")
    return ["--user", f"{user}:{group.text}" if group else user] if user else []


def _auto_update(source: Source) -> list[str]:
    policy = options.choice(source, "AutoUpdate", "registry", "local")
    return ["--label", f"io.containers.autoupdate={policy}"] if policy else []


def _pod(site: Site, source: Source, made: UnitFile) -> list[str]:
    line = source.unit.last("Container", "Pod")
    if line is None:
        return []
    pod = site.sources.get(line.text)
    if pod is None or pod.kind != "pod":
        raise UnitError(f"{line.place}: Pod={line.text}: there is no such .pod file")
    made.add("Unit", "BindsTo", f"{pod.service}.service")
    made.add("Unit", "After", f"{pod.service}.service")
    return ["--pod-id-file", f"%t/{pod.service}.pod-id"]
