"""Which containers use an image, a volume, a network: asked without reading the record of every container.

    uses/KIND/NAME/ID     a link to the container that may use it

A link is made before the container's record is there and goes after it: it proves nothing, the record does. Removers
keep those out meanwhile who are about to use what goes, as ever: by the lock on images, on volumes, on networks.
Links may be missing only after a power cut, or of containers that an older pod made: once after each start of the
machine they are made good from all records.
"""

from __future__ import annotations

import os

from pod.engine import containers
from pod.errors import NoSuchContainer, StorageError
from pod.linux import files
from pod.linux.process import boot_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.engine.containers import Container
    from pod.storage.container_records import ContainerRecord
    from pod.storage.layout import StorageLayout

IMAGES = "images"  # by the hexadecimal part of the id: what containers were made from
MANIFESTS = "manifests"  # by that of the digest: images that containers mount
VOLUMES = "volumes"
NETWORKS = "networks"
_COMPLETE = "complete"  # a file with the start of the machine (boot id) since which all links are there


def note(layout: StorageLayout, record: ContainerRecord) -> None:
    """Note what a container is about to use."""
    for kind, name in _used(record):
        _link(layout, kind, name, record.id)


def note_network(layout: StorageLayout, network: str, container_id: str) -> None:
    """Note that a container is about to be put on one more network."""
    _link(layout, NETWORKS, network, container_id)


def forget(layout: StorageLayout, record: ContainerRecord) -> None:
    """Forget a container that is gone."""
    for kind, name in _used(record):
        files.remove_file(f"{layout.uses}/{kind}/{name}/{record.id}")


def forget_object(layout: StorageLayout, kind: str, name: str) -> None:
    """Forget all links to something that is gone. The caller holds the lock on its kind."""
    files.remove_tree(f"{layout.uses}/{kind}/{name}")


def sweep_images(layout: StorageLayout) -> None:
    """Forget images that nothing uses, whatever became of them. The caller holds the lock on images."""
    for kind in (IMAGES, MANIFESTS):
        try:
            names = os.listdir(f"{layout.uses}/{kind}")
        except FileNotFoundError:
            continue
        for name in names:
            try:
                os.rmdir(f"{layout.uses}/{kind}/{name}")
            except OSError:
                continue  # there are links in it


def ids_of(layout: StorageLayout, kind: str, name: str) -> list[str]:
    """Return the ids of the containers that may use something; all are among them of which that cannot be told.

    Who asks reads their records, and does with those as is right that cannot be read.
    """
    unreadable = [] if _are_complete(layout) else _complete(layout)
    folder = f"{layout.uses}/{kind}/{name}"
    try:
        found = [container_id for container_id in os.listdir(folder) if os.path.exists(f"{folder}/{container_id}")]
    except FileNotFoundError:
        found = []
    return list(dict.fromkeys((*found, *unreadable)))


def of(layout: StorageLayout, kind: str, name: str) -> Iterator[Container]:
    """Yield the containers that may use something, as far as they can be read."""
    for container_id in ids_of(layout, kind, name):
        try:
            yield containers.load(layout, container_id)
        except (NoSuchContainer, StorageError):
            continue


def missing(layout: StorageLayout, record: ContainerRecord) -> list[str]:
    """Return what a container uses without a link telling so."""
    if not _are_complete(layout):
        return []
    return [
        f"{kind}/{name}"
        for kind, name in _used(record)
        if not os.path.lexists(f"{layout.uses}/{kind}/{name}/{record.id}")
    ]


def _used(record: ContainerRecord) -> Iterator[tuple[str, str]]:
    if record.image:
        yield IMAGES, record.image.removeprefix("sha256:")
    for mount in record.mounts:
        if mount.name:
            yield VOLUMES, mount.name
        if mount.image_digest:
            yield MANIFESTS, mount.image_digest.removeprefix("sha256:")
    for join in record.networks:
        yield NETWORKS, join.network


def _link(layout: StorageLayout, kind: str, name: str, container_id: str) -> None:
    folder = f"{layout.uses}/{kind}/{name}"
    while True:
        try:
            os.symlink(f"../../../containers/{container_id}", f"{folder}/{container_id}")
            return
        except FileExistsError:
            return
        except FileNotFoundError:
            files.make_folders(folder)  # and again: who removes the object may remove it this moment


def _are_complete(layout: StorageLayout) -> bool:
    try:
        return files.read_bytes(f"{layout.uses}/{_COMPLETE}", 64).decode() == boot_id()
    except (FileNotFoundError, UnicodeDecodeError):
        return False


def _complete(layout: StorageLayout) -> list[str]:
    """Make all links; return the containers of which nobody can tell, as long as there are any."""
    try:
        return _link_all(layout)
    except OSError:  # a full disk has no room for links: whoever asks has to look at all containers
        return containers.all_ids(layout)


def _link_all(layout: StorageLayout) -> list[str]:
    unreadable = []
    for container_id in containers.all_ids(layout):
        try:
            note(layout, containers.load(layout, container_id).record)
        except NoSuchContainer:
            continue
        except StorageError:
            unreadable.append(container_id)
    if not unreadable:
        files.make_folders(layout.uses)
        files.write_atomic(f"{layout.uses}/{_COMPLETE}", boot_id().encode(), durable=False)
    return unreadable
