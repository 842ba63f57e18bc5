"""Unpacked layers made again from their blobs: they are a cache, and whoever needs one that is gone makes it."""

from __future__ import annotations

from pod.errors import StorageError
from pod.linux import workers
from pod.oci.digest import Digest
from pod.storage import host_image
from pod.storage.layers import LayerStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.engine.engine import Engine
    from pod.oci.manifest import Descriptor
    from pod.storage.images import Image


def rebuild_layers(engine: Engine, image: Image, missing: list[Digest]) -> None:
    """Unpack an image's missing layers from their blobs, side by side. Raises StorageError where a blob is lost too."""
    single_id = engine.enter().single
    descriptors = dict(zip(image.diff_ids, image.manifest.layers, strict=True))
    if host_image.is_from_host(image.config) and image.diff_ids[0] in missing:
        from pod.storage import host_layer

        host_layer.build(LayerStore(engine.layout), image.diff_ids[0])
        missing = [diff_id for diff_id in missing if diff_id != image.diff_ids[0]]
    jobs = [_job(engine, diff_id, descriptors[diff_id], single_id) for diff_id in missing]
    try:
        workers.run_all(jobs, workers.cores())
    except FileNotFoundError as err:
        name = image.names[0] if image.names else image.id.short
        raise StorageError(
            f"the store has lost a layer of image {name}: {err.filename}", hint="load or pull the image again"
        ) from err


def _job(
    engine: Engine, diff_id: Digest, layer: Descriptor, single_id: bool
) -> Callable[[Callable[[int], None]], None]:
    path = engine.layout.blob(layer.digest)

    def unpack(report: Callable[[int], None]) -> None:
        store = LayerStore(engine.layout)
        store.add(diff_id, lambda: open(path, "rb", buffering=0), single_id=single_id, progress=report)

    return unpack
