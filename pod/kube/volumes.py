"""The volumes of a pod: folders of the host, claims, empty folders, ConfigMaps and Secrets as files."""

from __future__ import annotations

import os
import stat

from pod.engine.volumes.create import VolumeOptions, create_volume
from pod.engine.volumes.fill import File, fill
from pod.kube.quantities import quantity
from pod.record import Record
from pod.storage.container_records import Mount

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.engine.engine import Engine
    from pod.kube.config import Config
    from pod.kube.documents import Node

_PROPAGATION = {"": "rprivate", "None": "rprivate", "HostToContainer": "rslave", "Bidirectional": "rshared"}
_ANNOTATIONS = {"device": "device", "type": "type", "mount-options": "o", "image": "image"}


class Volume(Record):
    """What a volume of a pod is mounted as; `device` is a device of the host in place of a mount."""

    mount: Mount | None
    device: str = ""


def volumes(engine: Engine, spec: Node, config: Config, pod_name: str) -> dict[str, Volume]:
    """Return the volumes of a pod by name; those that hold files are made. Raises UsageError, StorageError."""
    found = {}
    for node in spec.nodes("volumes"):
        name = node.need("name")
        kind = next((kind for kind in _KINDS if kind in node.value), "emptyDir" if len(node.value) == 1 else "")
        if not kind:
            raise node.error(f"none of {', '.join(_KINDS)} is there", hint="no other kind of volume works here")
        found[name] = _KINDS[kind](engine, node.node(kind), config, f"{pod_name}-{name}")
    return found


def claim(engine: Engine, document: Node) -> str:
    """Make the volume of a PersistentVolumeClaim; return its name. Raises UsageError."""
    notes = document.node("metadata").mapping("annotations")
    said = {key.removeprefix("volume.podman.io/"): value for key, value in notes.items() if "volume.podman.io/" in key}
    wanted = VolumeOptions(
        name=document.name,
        driver=said.get("driver", "local"),
        labels=document.node("metadata").mapping("labels"),
        options={option: said[key] for key, option in _ANNOTATIONS.items() if key in said},
        uid=int(said["uid"]) if said.get("uid", "").isdecimal() else None,
        gid=int(said["gid"]) if said.get("gid", "").isdecimal() else None,
    )
    return create_volume(engine, wanted, existing=True)


def mounts(container: Node, known: dict[str, Volume]) -> tuple[tuple[Mount, ...], tuple[str, ...]]:
    """Return the mounts and the devices of a container. Raises UsageError for a volume that the pod has not."""
    found, devices = [], []
    for node in (*container.nodes("volumeMounts"), *container.nodes("volumeDevices")):
        name = node.need("name")
        if name not in known:
            raise node.error(f"the pod has no volume {name}", "name", hint=f"it has {', '.join(known) or 'none'}")
        target = node.text("mountPath") or node.need("devicePath")
        volume = known[name]
        if volume.mount is None:
            devices.append(f"{volume.device}:{target}")
        else:
            found.append(_mount(node, volume.mount, target))
    return tuple(found), tuple(devices)


def _mount(node: Node, mount: Mount, target: str) -> Mount:
    if not target.startswith("/"):
        raise node.error(f"{target!r:.60} is no absolute path", "mountPath")
    propagation = node.text("mountPropagation")
    if propagation not in _PROPAGATION:
        raise node.error(f"it is one of {', '.join(filter(None, _PROPAGATION))}", "mountPropagation")
    options = (*mount.options, *(["ro"] if node.flag("readOnly") else []))
    subpath = node.text("subPath")
    if mount.type == "bind":
        options = (*options, _PROPAGATION[propagation])
        if subpath:
            mount = mount.replace(source=_below(node, mount.source, subpath))
    elif subpath and mount.type == "volume":
        mount = mount.replace(subpath=subpath)
    return mount.replace(target=target, options=tuple(dict.fromkeys(options)))


def _below(node: Node, folder: str, subpath: str) -> str:
    path = os.path.realpath(f"{folder}/{subpath}")
    if not f"{path}/".startswith(f"{os.path.realpath(folder)}/"):
        raise node.error(f"{subpath!r:.60} leads out of its volume", "subPath")
    os.makedirs(path, exist_ok=True)
    return path


def _host_path(engine: Engine, node: Node, config: Config, name: str) -> Volume:
    del engine, config, name
    path, kind = os.path.abspath(node.need("path")), node.text("type")
    if kind not in _HOST_TYPES:
        raise node.error(f"it is one of {', '.join(filter(None, _HOST_TYPES))}", "type")
    if kind == "DirectoryOrCreate":
        os.makedirs(path, exist_ok=True)
    elif kind == "FileOrCreate" and not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644))
    try:
        mode = os.stat(path).st_mode
    except OSError as err:
        raise node.error(f"{path}: {err.strerror}", "path", hint="type: DirectoryOrCreate makes a folder") from err
    if not _HOST_TYPES[kind](mode):
        raise node.error(f"{path} is no {kind}", "path")
    if kind in ("BlockDevice", "CharDevice"):
        return Volume(None, path)
    return Volume(Mount("bind", "", path))


_HOST_TYPES: dict[str, Callable[[int], bool]] = {
    "": lambda _mode: True,
    "Directory": stat.S_ISDIR,
    "DirectoryOrCreate": stat.S_ISDIR,
    "File": stat.S_ISREG,
    "FileOrCreate": stat.S_ISREG,
    "Socket": stat.S_ISSOCK,
    "BlockDevice": stat.S_ISBLK,
    "CharDevice": stat.S_ISCHR,
}


def _claimed(engine: Engine, node: Node, config: Config, name: str) -> Volume:
    del engine, config, name
    options = ("ro",) if node.flag("readOnly") else ()
    return Volume(Mount("volume", "", options=options, name=node.need("claimName")))


def _empty(engine: Engine, node: Node, config: Config, name: str) -> Volume:
    del engine, config
    medium = node.text("medium")
    if medium not in ("", "Memory"):
        raise node.error("it is Memory, or left out", "medium")
    if medium:
        size = int(quantity(node, "sizeLimit"))
        return Volume(Mount("tmpfs", "", options=(f"size={size}",) if size else ()))
    return Volume(Mount("volume", "", name=name, anonymous=True))


def _of_map(engine: Engine, node: Node, config: Config, name: str) -> Volume:
    del name
    source, optional = node.need("name"), node.flag("optional")
    data = config.map(node, "name", source, optional=optional)
    return _filled(engine, node, source, data or {})


def _of_secret(engine: Engine, node: Node, config: Config, name: str) -> Volume:
    del name
    source, optional = node.need("secretName"), node.flag("optional")
    data = config.secret(node, "secretName", source, optional=optional)
    return _filled(engine, node, source, data or {})


def _filled(engine: Engine, node: Node, name: str, data: dict[str, bytes]) -> Volume:
    """Make a volume that holds the files, as they are now."""
    mode = node.number("defaultMode", 0o644)
    wanted = {key: (key, mode) for key in data}
    if node.has("items"):
        wanted = {}
        for item in node.nodes("items"):
            key, path = item.need("key"), item.need("path")
            if key not in data:
                raise item.error(f"{name} has no key {key}", "key")
            if path.startswith("/") or ".." in path.split("/"):
                raise item.error(f"{path!r:.60} leads out of its volume", "path")
            wanted[key] = (path, item.number("mode", mode))
    for path in [path for path, _mode in wanted.values() if path in ("", ".", "..") or "\0" in path]:
        raise node.error(f"{path!r:.60} is no name of a file")
    create_volume(engine, VolumeOptions(name=name), existing=True)
    fill(engine, name, {path: File(data[key], mode) for key, (path, mode) in wanted.items()})
    return Volume(Mount("volume", "", name=name))


def _image(engine: Engine, node: Node, config: Config, name: str) -> Volume:
    del engine, config, name
    return Volume(Mount("image", "", node.need("reference")))


_KINDS: dict[str, Callable[[Engine, Node, Config, str], Volume]] = {
    "hostPath": _host_path,
    "persistentVolumeClaim": _claimed,
    "emptyDir": _empty,
    "configMap": _of_map,
    "secret": _of_secret,
    "image": _image,
}
