"""Bringing the images of an archive into the store: layers unpacked side by side, then all of it listed at once.

Until the listing nothing of it can be seen, and what fails or is killed on the way leaves nothing behind that counts.
"""

from __future__ import annotations

from contextlib import contextmanager

from pod.engine.images import garbage
from pod.engine.images.publish import LAYER_TYPES, note_about, publish, unpack
from pod.errors import ArchiveError, DigestMismatch
from pod.linux import workers
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.manifest import Descriptor
from pod.storage.archives.archived import ArchivedImage, ArchivedLayer, write_manifest
from pod.storage.compression import Decompressed, detect
from pod.storage.image_changes import NewImage
from pod.storage.images import ImageStore
from pod.storage.layers import LayerStore
from pod.storage.streamed_layer import StreamedLayer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pod.engine.engine import Engine
    from pod.storage.archives.tree import Tree
    from pod.storage.blobs import BlobStaging
    from pod.storage.follower import Follower

    LayerProgress = Callable[[Digest, int, int], None]
    """Hears of a layer how many bytes of how many are done."""


def ingest(
    engine: Engine,
    staging: BlobStaging,
    tree: Tree,
    images: Sequence[ArchivedImage],
    progress: LayerProgress | None = None,
) -> None:
    """Store images of an archive, all or none. Raises ArchiveError, DigestMismatch, StorageError, OSError."""
    try:
        layers = _run(_UnpackJob, engine, staging, tree, images, progress)
        new = [_stored_already(engine, staging, image) or _stage_documents(staging, image, layers) for image in images]
        publish(engine, staging, new, {layer.diff_id: descriptor for layer, descriptor in layers.items()})
    except BaseException:
        garbage.collect_quietly(engine)
        raise


def stage(engine: Engine, staging: BlobStaging, tree: Tree, image: ArchivedImage) -> NewImage:
    """Stage an image of an archive with all its blobs, unpacking nothing. Raises ArchiveError, DigestMismatch."""
    return _stage_documents(staging, image, _run(_LayerJob, engine, staging, tree, [image], None))


def _run(
    job: type[_LayerJob],
    engine: Engine,
    staging: BlobStaging,
    tree: Tree,
    images: Sequence[ArchivedImage],
    progress: LayerProgress | None,
) -> dict[ArchivedLayer, Descriptor]:
    """Do the work on every layer once, in as many workers as there are cores; the largest begins first."""
    layers = sorted({layer for image in images for layer in image.layers}, key=lambda one: -tree.size(one.member))
    totals = [tree.size(layer.member) for layer in layers]
    done = [0] * len(layers)

    def hear(number: int, amount: int, _phase: int) -> None:
        done[number] += amount
        if progress is not None:
            progress(layers[number].diff_id, done[number], totals[number])

    jobs = [job(engine, staging, tree, layer) for layer in layers]
    descriptors: list[Descriptor] = workers.run_all(jobs, workers.cores(), hear)
    return dict(zip(layers, descriptors, strict=True))


class _LayerJob:
    """The work on one layer, done in a child: stage it."""

    def __init__(self, engine: Engine, staging: BlobStaging, tree: Tree, layer: ArchivedLayer) -> None:
        self._engine = engine
        self._staging = staging
        self._tree = tree
        self._layer = layer
        self._what = f"{tree.shown}: {layer.member}"

    def __call__(self, report: Callable[[int], None]) -> Descriptor:
        del report
        return self._stage()

    def _stage(self, follower: Follower | None = None) -> Descriptor:
        """Bring the layer's blob into the staging folder, verified, and return its descriptor."""
        layer, tree, staging = self._layer, self._tree, self._staging
        size = tree.need(layer.member)
        kind = detect(tree.stream(layer.member).read(16))
        if kind not in LAYER_TYPES:  # xz, bzip2
            stream = Decompressed(tree.stream(layer.member))
            digest, size = staging.add_stream(stream, self._what, layer.diff_id)
            return Descriptor(media_types.OCI_LAYER, digest, size)
        expected = layer.digest or (None if kind else layer.diff_id)
        known = tree.digest(layer.member)
        if known is None and expected is not None and staging.has(expected):
            known = expected
        if known is None or expected not in (None, known):
            known, size = staging.add_stream(tree.stream(layer.member), self._what, expected, size, follower=follower)
        return Descriptor(layer.media_type or LAYER_TYPES[kind], known, size)


class _UnpackJob(_LayerJob):
    """The same, unpacked meanwhile."""

    def __call__(self, report: Callable[[int], None]) -> Descriptor:
        engine, staging, diff_id = self._engine, self._staging, self._layer.diff_id
        single_id, note = engine.enter().single, note_about(engine, diff_id)
        with StreamedLayer(
            LayerStore(engine.layout), diff_id, single_id=single_id, progress=report, note=note
        ) as stream:
            descriptor = self._stage(stream if stream.claim() else None)
            staging.flush([descriptor.digest])  # the disk is at work while the rest is unpacked
            with self._named():
                unpacked = stream.finish()
        if not unpacked:  # what is compressed with xz is not followed
            with self._named():
                unpack(engine, staging, diff_id, descriptor, progress=report)
        return descriptor

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Say where the layer is that cannot be unpacked."""
        try:
            yield
        except DigestMismatch as err:
            raise DigestMismatch(self._what, err.expected, err.found) from None
        except ArchiveError as err:
            raise ArchiveError(f"{self._what}: {err.message}", hint=err.hint) from None


def _stored_already(engine: Engine, staging: BlobStaging, image: ArchivedImage) -> NewImage | None:
    """Return an image that the store has, to be listed under the new names, manifest and all.

    Only for an image whose archive has no manifest: the one in the store may be the one of a registry.
    """
    if image.manifest:
        return None
    store = ImageStore(engine.layout)
    entry = next(iter(store.same(image.id)), None)
    if entry is None or entry.manifest != entry.descriptor.digest:
        return None
    manifest = store.image(entry).manifest
    blobs = (entry.manifest, entry.id, *(layer.digest for layer in manifest.layers))
    if not all(staging.has(digest) for digest in blobs):
        return None
    return NewImage(entry.descriptor.replace(annotations={}), image.id, image.names, blobs)


def _stage_documents(staging: BlobStaging, image: ArchivedImage, layers: dict[ArchivedLayer, Descriptor]) -> NewImage:
    """Stage manifest and configuration of an image whose layers are staged."""
    descriptors = tuple(layers[layer] for layer in image.layers)
    manifest = image.manifest or write_manifest(image, descriptors)
    config = staging.add_bytes(image.config)
    digest = staging.add_bytes(manifest)
    blobs = (digest, config, *(descriptor.digest for descriptor in descriptors))
    descriptor = Descriptor(image.media_type, digest, len(manifest), image.platform)
    return NewImage(descriptor, image.id, image.names, blobs)
