"""Which containers use which images: what keeps an image from being removed."""

from __future__ import annotations

from pod.engine import containers
from pod.oci.digest import Digest
from pod.storage.build_cache import BuildCache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.containers import Container
    from pod.storage.layout import StorageLayout


def by_image(layout: StorageLayout) -> dict[str, list[Container]]:
    """Return the containers by the id (sha256:…) of their image."""
    found: dict[str, list[Container]] = {}
    for container in containers.every(layout):
        found.setdefault(container.record.image, []).append(container)
    return found


def kept(layout: StorageLayout) -> tuple[list[Digest], list[Digest]]:
    """Return the manifests and layers that containers were made from, and the layers that builds may use again."""
    records = [container.record for container in containers.every(layout)]
    mounts = [mount for record in records for mount in record.mounts]
    manifests = {record.image_digest for record in records} | {mount.image_digest for mount in mounts}
    layers = {layer for record in records for layer in record.layers}
    layers.update(layer for mount in mounts for layer in mount.layers)
    cached = BuildCache(layout).layers()
    return list(map(Digest.parse, manifests - {""})), [*map(Digest.parse, layers), *cached]
