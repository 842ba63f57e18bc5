"""The mounts of a container in the document of `inspect`: Podman's members and words."""

from __future__ import annotations

from pod.engine.mounts.oci_mounts import PROPAGATIONS, kernel_options, tmpfs_options
from pod.storage.volumes import LOCAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.storage.container_records import ContainerRecord, Mount

_ELSEWHERE = {"ro", "rw", "z", "Z", *PROPAGATIONS}  # words that have a member of their own
_LISTED = ("bind", "volume", "image")


def mounts(record: ContainerRecord) -> list[dict[str, Any]]:
    """Return the list `Mounts`."""
    return [_document(mount) for mount in record.mounts if mount.type in _LISTED]


def _document(mount: Mount) -> dict[str, Any]:
    name = {"Name": mount.name} if mount.name else {}
    words = kernel_options(mount)
    return {
        "Type": mount.type,
        **name,
        "Source": mount.source,
        "Destination": mount.target,
        "Driver": (mount.driver or LOCAL) if mount.type == "volume" else "",
        "Mode": ",".join(word for word in mount.options if word in ("z", "Z")),
        "Options": [word for word in words if word not in _ELSEWHERE] if mount.type != "image" else None,
        "RW": "rw" in mount.options if mount.type == "image" else "ro" not in mount.options,
        "Propagation": _propagation(words) if mount.type != "image" else "",
        **({"SubPath": mount.subpath} if mount.subpath else {}),
    }


def _propagation(words: tuple[str, ...]) -> str:
    return next((word for word in words if word in PROPAGATIONS), "rprivate")


def binds(record: ContainerRecord) -> list[str]:
    """Return the list `HostConfig.Binds`: folders and volumes as words of -v."""
    found = []
    for mount in record.mounts:
        if mount.type in ("bind", "volume"):
            words = kernel_options(mount)
            shown = words if {"ro", "rw"} & set(words) else ("rw", *words)
            found.append(f"{mount.name or mount.source}:{mount.target}:{','.join(shown)}")
    return found


def tmpfs(record: ContainerRecord) -> dict[str, str]:
    """Return the map `HostConfig.Tmpfs`: the options of each tmpfs by its place."""
    return {
        mount.target: ",".join((*tmpfs_options(mount), *_copy_up(mount)))
        for mount in record.mounts
        if mount.type == "tmpfs"
    }


def _copy_up(mount: Mount) -> tuple[str, ...]:
    return () if "notmpcopyup" in mount.options else ("tmpcopyup",)
