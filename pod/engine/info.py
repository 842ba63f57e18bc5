"""`info`: the facts of this machine, this user and this store."""

from __future__ import annotations

import os

from pod import __version__
from pod.engine import containers, delegation
from pod.linux import files, idmap, process
from pod.linux.idmap import IdRange
from pod.oci.platform import Platform
from pod.storage import marker
from pod.storage.images import ImageStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.engine.engine import Engine


def info(engine: Engine) -> dict[str, Any]:
    """Return the facts in Podman's groups, with the members that Docker's scripts look for at the top."""
    counts = _counts(engine)
    images = len({entry.id for entry in ImageStore(engine.layout).entries()})
    return {
        "ID": _store_id(engine),
        "Containers": sum(counts.values()),
        "ContainersRunning": counts.get("running", 0),
        "ContainersPaused": counts.get("paused", 0),
        "ContainersStopped": sum(counts.values()) - counts.get("running", 0) - counts.get("paused", 0),
        "Images": images,
        "Driver": _driver(engine),
        "ServerVersion": __version__,
        "OperatingSystem": _distribution().get("PRETTY_NAME", "Linux"),
        "OSType": "linux",
        "Architecture": os.uname().machine,
        "KernelVersion": os.uname().release,
        "NCPU": len(os.sched_getaffinity(0)),
        "MemTotal": _memory()[0],
        "Name": os.uname().nodename,
        "DockerRootDir": engine.layout.root,
        "CgroupVersion": "2" if os.path.exists("/sys/fs/cgroup/cgroup.controllers") else "1",
        "host": _host(engine),
        "store": _store(engine, counts, images),
        "configuration": _configuration(engine),
        "version": {"Version": __version__, "OsArch": str(Platform.host())},
    }


def _configuration(engine: Engine) -> dict[str, Any]:
    """Return the settings of the files: the value of each and the file it is from; those without effect; mistakes."""
    config = engine.settings.config
    return {
        "settings": {
            name: {"value": value, "origin": config.origins.get(name, "")} for name, value in config.values.items()
        },
        "withoutEffect": dict(config.idle),
        "warnings": list(config.warnings),
    }


def _counts(engine: Engine) -> dict[str, int]:
    counts: dict[str, int] = {}
    for container in containers.every(engine.layout):
        counts[container.state.status] = counts.get(container.state.status, 0) + 1
    return counts


def _host(engine: Engine) -> dict[str, Any]:
    distribution = _distribution()
    total, available = _memory()
    wanted = idmap.wanted(engine.settings.uid, os.getgid())
    return {
        "arch": Platform.host().architecture,
        "hostname": os.uname().nodename,
        "kernel": os.uname().release,
        "os": "linux",
        "distribution": {"distribution": distribution.get("ID", ""), "version": distribution.get("VERSION_ID", "")},
        **_control_groups(engine),
        "cpus": len(os.sched_getaffinity(0)),
        "memTotal": total,
        "memFree": available,
        "idMappings": {"uidmap": _ranges(wanted.uids), "gidmap": _ranges(wanted.gids)},
        "security": {
            "rootless": engine.settings.uid != 0,
            "seccompEnabled": os.path.exists("/proc/sys/kernel/seccomp"),
            "singleIdMap": wanted.single,
        },
        "ociRuntime": {"name": "pod", "package": f"pod {__version__}", "path": "", "version": __version__},
        "slirp4netns": {"executable": process.find_program("slirp4netns")},
        "pasta": {"executable": process.find_program("pasta")},
        "fuseOverlayfs": {"executable": process.find_program("fuse-overlayfs")},
        "newuidmap": {"executable": process.find_program("newuidmap")},
    }


def _control_groups(engine: Engine) -> dict[str, Any]:
    """Return what limits can be kept, and what would have the others kept, too."""
    found = delegation.look(engine.settings)
    remedy = {"file": delegation.DROP_IN, "content": delegation.TEXT, "command": delegation.REMEDY}
    return {
        "cgroupManager": found.manager,
        "cgroupVersion": found.version,
        "cgroupControllers": list(found.controllers),
        "cgroupControllersMissing": list(found.missing),
        "cgroupDelegation": remedy if found.missing and found.version == "v2" else {},
        "lingering": delegation.lingers(engine.settings.uid),
    }


def _store(engine: Engine, counts: dict[str, int], images: int) -> dict[str, Any]:
    return {
        "graphRoot": engine.layout.root,
        "runRoot": engine.layout.runroot,
        "graphDriverName": _driver(engine),
        "containerStore": {
            "number": sum(counts.values()),
            "running": counts.get("running", 0),
            "paused": counts.get("paused", 0),
            "stopped": sum(counts.values()) - counts.get("running", 0) - counts.get("paused", 0),
        },
        "imageStore": {"number": images},
    }


def _driver(engine: Engine) -> str:
    return engine.driver or engine.settings.storage_driver or "not chosen yet"


def _store_id(engine: Engine) -> str:
    mark = marker.read(engine.layout)
    return mark.id if mark else ""


def _ranges(ranges: tuple[IdRange, ...]) -> list[dict[str, int]]:
    return [{"container_id": r.inside, "host_id": r.outside, "size": r.count} for r in ranges]


def _distribution() -> dict[str, str]:
    """Return os-release(5)."""
    try:
        text = files.read_bytes("/etc/os-release", 1 << 16).decode(errors="replace")
    except OSError:
        return {}
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {key: value.strip("\"'") for key, _, value in pairs}


def _memory() -> tuple[int, int]:
    """Return the machine's memory and what is available of it, in bytes."""
    lines = files.read_bytes("/proc/meminfo", 1 << 16).decode().splitlines()
    values = {key: int(rest.split()[0]) * 1024 for key, _, rest in (line.partition(":") for line in lines)}
    return values.get("MemTotal", 0), values.get("MemAvailable", 0)
