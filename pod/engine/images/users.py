"""Which containers use which images: what keeps an image from being removed."""

from __future__ import annotations

from pod.engine import containers
from pod.oci.digest import Digest
from pod.storage.build_cache import BuildCache
from pod.storage.pins import pinned

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
    """Return the manifests and layers that containers were made from, and the layers that builds use, now or again."""
    manifests: set[str] = set()
    layers: set[str] = set()
    for record in containers.documents(layout):
        for place in (record, *record.get("mounts", ())):
            manifests.add(place.get("image_digest", ""))
            layers.update(place.get("layers", ()))
    cached = BuildCache(layout).layers()
    return list(map(Digest.parse, manifests - {""})), [*map(Digest.parse, layers), *cached, *pinned(layout)]
