"""`system reset`: the whole store away, and nothing else.

Only a folder that bears pod's own mark is emptied, and only of what pod put there, by name; a link among that is
removed as the link it is. What else lies there stays, and its folder with it.
"""

from __future__ import annotations

import os

from pod.engine import containers, remove
from pod.engine.images import mount_image
from pod.engine.pods import store as pods
from pod.engine.pods.remove import remove as remove_pod
from pod.engine.sizes import tree_size
from pod.errors import NoSuchContainer, NoSuchPod, StorageError
from pod.linux import files
from pod.record import Record
from pod.runtime import user_namespace
from pod.storage import marker
from pod.storage.images import ImageStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine

_OTHERS = (
    "names",
    "pods",
    "pod-names",
    "infra",
    "networks",
    "secrets",
    "downloads",
    "staging",
    "trash",
    "build",
    "uses",
    "leftovers",
)
_FILES = ("events.log", "events.log.1", "single-id-told", "garbage")
_IMAGES = ("images", "layers", "chains")
_RUNTIME = ("containers", "image-mounts", "container-mounts", "locks", "cache", "namespace.json")
_SIGKILL = 9


class Inventory(Record):
    """What a reset would remove, sizes in bytes."""

    containers: int
    running: int
    containers_size: int
    images: int
    images_size: int
    volumes: int
    volumes_size: int
    others_size: int
    strangers: tuple[str, ...]  # what pod did not put there, which stays


def inventory(engine: Engine) -> Inventory | None:
    """Look at what a reset would remove; None where there is no store. Raises StorageError for a folder not pod's."""
    root = engine.layout.root
    if not os.path.isdir(root):
        return None
    if marker.read(engine.layout) is None:
        if not os.listdir(root):
            return None
        raise StorageError(
            f"{root} is no store of pod's: it has no {os.path.basename(engine.layout.marker)}",
            hint="nothing was removed; name the store with --root",
        )
    engine.enter()
    found = list(containers.every(engine.layout))
    known = {"containers", "volumes", *_IMAGES, *_OTHERS, *_FILES, os.path.basename(engine.layout.marker)}
    return Inventory(
        containers=len(containers.all_ids(engine.layout)),
        running=sum(container.running for container in found),
        containers_size=_sizes(root, ("containers",)),
        images=_images(engine),
        images_size=_sizes(root, _IMAGES),
        volumes=len(_listing(engine.layout.volumes)),
        volumes_size=_sizes(root, ("volumes",)),
        others_size=_sizes(root, (*_OTHERS, *_FILES)),
        strangers=tuple(sorted(name for name in os.listdir(root) if name not in known)),
    )


def _images(engine: Engine) -> int:
    try:
        return len({entry.id for entry in ImageStore(engine.layout).entries()})
    except StorageError:
        return 0  # a broken index is a reason for a reset, not against it


def _sizes(root: str, names: tuple[str, ...]) -> int:
    total = 0
    for name in names:
        path = f"{root}/{name}"
        if os.path.islink(path) or not os.path.lexists(path):
            continue
        total += tree_size(path) if os.path.isdir(path) else os.lstat(path).st_size
    return total


def _listing(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except (FileNotFoundError, NotADirectoryError):
        return []


def reset(engine: Engine, *, volumes: bool = False) -> None:
    """Kill and remove every container, then everything else; volumes stay unless they are meant, too.

    Interrupted, it is finished by the next reset: the mark goes last.
    """
    if inventory(engine) is None:
        return
    layout = engine.layout
    for pod_id in pods.all_ids(layout):
        try:
            remove_pod(engine, pod_id, force=True, timeout=0)
        except NoSuchPod:
            continue
    for container_id in containers.all_ids(layout):
        try:
            remove.remove(engine, container_id, force=True)
        except NoSuchContainer:
            continue
    for mounted in mount_image.mounted_images(engine):
        mount_image.unmount(engine, mounted.id, force=True)
    _remove(layout.root, ("containers", *_IMAGES, *_OTHERS, *_FILES, *(("volumes",) if volumes else ())))
    if not _listing(layout.volumes):
        _remove(layout.root, ("volumes", os.path.basename(layout.marker)))
        _remove_empty(layout.root)
    holder = user_namespace.read(layout.namespace)
    _remove(layout.runroot, _RUNTIME)
    _remove_empty(layout.runroot)
    if holder is not None:
        holder.holder.send_signal(_SIGKILL)


def _remove(folder: str, names: tuple[str, ...]) -> None:
    for name in names:
        try:
            files.remove_tree(f"{folder}/{name}")
        except OSError as err:
            raise StorageError(f"cannot remove {folder}/{name}: {err.strerror}: {err.filename}") from err


def _remove_empty(folder: str) -> None:
    try:
        os.rmdir(folder)
    except OSError:
        pass  # what is left there is not ours, or the folder is a link of the user's
