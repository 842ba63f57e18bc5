"""`system df`: what the store takes on disk. What images share counts once; and what would go is what prune frees.

An image is its blobs (as they lie on disk) and its unpacked layers (the sizes of their files); a container is the
files that it wrote; a volume is what du(1) counts in it.
"""

from __future__ import annotations

import os

from pod.engine import containers
from pod.engine.images import users
from pod.engine.images.list_images import list_images
from pod.engine.prune import own_size
from pod.engine.volumes.sizes import volume_size
from pod.engine.volumes.users import by_volume
from pod.errors import StorageError
from pod.oci.digest import Digest
from pod.record import Record
from pod.storage.images import Image, ImageStore
from pod.storage.layers import LayerStore
from pod.storage.reachable import Needed, needed, reachable
from pod.storage.volumes import VolumeStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.engine.containers import Container
    from pod.engine.engine import Engine
    from pod.storage.layout import StorageLayout
    from pod.storage.volumes import VolumeRecord


class ImageUsage(Record):
    """An image, the bytes of its layers, how many of them other images have too, and how many containers use it."""

    image: Image
    size: int
    shared: int
    containers: int


class ContainerUsage(Record):
    """A container and the bytes that it wrote."""

    container: Container
    size: int


class VolumeUsage(Record):
    """A volume, how many containers use it, and the bytes that it takes on disk."""

    record: VolumeRecord
    containers: int
    size: int


class DiskUsage(Record):
    """The whole store in bytes."""

    images: tuple[ImageUsage, ...]
    images_size: int
    images_reclaimable: int
    containers: tuple[ContainerUsage, ...]
    volumes: tuple[VolumeUsage, ...] = ()

    @property
    def volumes_size(self) -> int:
        return sum(one.size for one in self.volumes)

    @property
    def volumes_reclaimable(self) -> int:
        return sum(one.size for one in self.volumes if not one.containers)

    @property
    def containers_size(self) -> int:
        return sum(one.size for one in self.containers)

    @property
    def containers_reclaimable(self) -> int:
        return sum(one.size for one in self.containers if not one.container.running)


def disk_usage(engine: Engine) -> DiskUsage:
    """Measure the store. Raises StorageError where the index of images is broken."""
    store = ImageStore(engine.layout)
    kept = users.kept(engine.layout)
    total = _size(engine.layout, needed(store, *kept))
    found = sorted(containers.every(engine.layout), key=lambda container: container.record.created)
    return DiskUsage(
        images=tuple(_image_usages(engine)),
        images_size=total,
        images_reclaimable=total - _size(engine.layout, reachable(store, *kept)),
        containers=tuple(ContainerUsage(container, own_size(engine, container)) for container in found),
        volumes=tuple(_volume_usages(engine)),
    )


def _volume_usages(engine: Engine) -> Iterator[VolumeUsage]:
    engine.enter()
    using = by_volume(engine.layout)
    for record in VolumeStore(engine.layout).every():
        yield VolumeUsage(record, len(using.get(record.name, ())), volume_size(engine.layout, record))


def _size(layout: StorageLayout, parts: Needed) -> int:
    blobs = sum(_blob_size(layout.blob(Digest(name))) for name in parts.blobs)
    return blobs + sum(layer_size(layout, Digest(name)) for name in parts.layers)


def _blob_size(path: str) -> int:
    try:
        return os.lstat(path).st_blocks * 512
    except FileNotFoundError:
        return 0


def layer_size(layout: StorageLayout, diff_id: Digest) -> int:
    """Return the size of a layer's files; 0 where it is not unpacked."""
    try:
        return LayerStore(layout).size(diff_id)
    except StorageError:
        return 0


def _image_usages(engine: Engine) -> list[ImageUsage]:
    stored = {entry.id for entry in ImageStore(engine.layout).entries()}
    images = [image for image in list_images(engine) if image.id in stored]  # the machine itself takes no space
    using = users.by_image(engine.layout)
    owners: dict[Digest, int] = {}
    for image in images:
        for diff_id in set(image.diff_ids):
            owners[diff_id] = owners.get(diff_id, 0) + 1
    usages = []
    for image in images:
        sizes = {diff_id: layer_size(engine.layout, diff_id) for diff_id in image.diff_ids}
        shared = sum(size for diff_id, size in sizes.items() if owners[diff_id] > 1)
        usages.append(ImageUsage(image, sum(sizes.values()), shared, len(using.get(str(image.id), ()))))
    return usages
