"""The layers of a push, a worker process each: compressed where they have to be, sent where the registry lacks them."""

from __future__ import annotations

import hashlib
import os

from pod.errors import DigestMismatch, StorageError
from pod.linux import workers
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.record import Record
from pod.registry.uploads import Uploads
from pod.storage import compressed_layers, compressors, zstd_chunked
from pod.storage.archives.layer_files import LayerFile, LayerFiles
from pod.storage.blobs import BlobWriter
from pod.storage.compressed_layers import Form
from pod.storage.compression import Decompressed, detect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pod.oci.manifest import Descriptor
    from pod.registry.repository import Repository
    from pod.storage.blobs import BlobStaging
    from pod.storage.images import Image
    from pod.storage.layout import StorageLayout

_AT_ONCE = 3  # at least: where few cores are, the network may be what takes the time
_MOUNTS_TRIED = 3
_TYPES = {
    "gzip": media_types.OCI_LAYER_GZIP,
    "zstd": media_types.OCI_LAYER_ZSTD,
    zstd_chunked.KIND: media_types.OCI_LAYER_ZSTD,
}


class Compression(Record):
    """How layers are to be compressed on the registry."""

    kind: str = ""  # gzip, zstd or zstd:chunked; "" leaves what is compressed as it is
    level: int | None = None
    convert: bool = True  # compress anew what is compressed differently
    excluded: str = ""  # a kind that the format of the manifest does not know: it is compressed anew with gzip

    def wanted(self, found: str) -> str:
        """Return the compression for a layer that is stored with another one, or with none."""
        if not found:
            return self.kind or "gzip"
        algorithm = found.partition(":")[0]
        if algorithm == self.excluded:
            return "gzip"
        return self.kind if self.kind and self.convert and self.kind != algorithm else found


class PushedLayer(Record):
    """A layer that is on the registry."""

    descriptor: Descriptor
    how: str  # pushed, exists, mounted
    source: str = ""  # the repository that it was mounted from


class LayerPush:
    """The push of an image's layers to one repository. `sources` tells which other repositories may have a blob."""

    def __init__(
        self,
        layout: StorageLayout,
        staging: BlobStaging,
        repository: Repository,
        compression: Compression,
        sources: Callable[[Digest], tuple[str, ...]],
    ) -> None:
        self.layout = layout
        self.staging = staging
        self.repository = repository
        self.compression = compression
        self._sources = sources

    def run(
        self,
        image: Image,
        progress: Callable[[Descriptor, int], None],
        finished: Callable[[Descriptor, PushedLayer], None],
    ) -> tuple[Descriptor, ...]:
        """Push every layer once, several at a time; return them as they are on the registry."""
        pairs = dict(zip(image.diff_ids, image.manifest.layers, strict=True))
        diff_ids, layers = list(pairs), list(pairs.values())
        done = [0] * len(layers)

        def hear(number: int, amount: int, _phase: int) -> None:
            done[number] += amount
            progress(layers[number], done[number])

        def end(number: int, pushed: PushedLayer) -> None:
            finished(layers[number], pushed)
            self._remember(diff_ids[number], layers[number], pushed.descriptor)

        jobs = [_LayerJob(self, layer, diff_id, self._repositories(layer, diff_id)) for diff_id, layer in pairs.items()]
        results: list[PushedLayer] = workers.run_all(jobs, max(_AT_ONCE, workers.cores()), hear, finished=end)
        by_digest = {layer.digest: pushed.descriptor for layer, pushed in zip(layers, results, strict=True)}
        return tuple(by_digest[layer.digest] for layer in image.manifest.layers)

    def _repositories(self, layer: Descriptor, diff_id: Digest) -> tuple[str, ...]:
        """Return the paths of other repositories on the registry that may have the layer, the likeliest first."""
        host = f"{self.repository.connection.host}/"
        pushed_to = compressed_layers.read(self.layout, diff_id).repositories
        there = [name.removeprefix(host) for name in pushed_to if name.startswith(host)]
        found = dict.fromkeys((*there, *self._sources(layer.digest)))
        return tuple(path for path in found if path != self.repository.path)[:_MOUNTS_TRIED]

    def _remember(self, diff_id: Digest, before: Descriptor, after: Descriptor) -> None:
        forms = {}
        if before.digest == diff_id and self.compression.level is None:
            found = zstd_chunked.table_annotations(after)
            kind = zstd_chunked.KIND if found else media_types.compression(after.media_type)
            forms[kind] = Form(after.digest, after.size, found)
        compressed_layers.remember(self.layout, diff_id, forms, self.repository.shown)


class _LayerJob:
    """The work on one layer, done in a child."""

    def __init__(self, push: LayerPush, layer: Descriptor, diff_id: Digest, sources: tuple[str, ...]) -> None:
        self._push = push
        self._layer = layer
        self._diff_id = diff_id
        self._sources = sources
        self._uploads = Uploads(push.repository)
        self._files = LayerFiles(push.layout, push.staging)

    def __call__(self, report: Callable[[int], None]) -> PushedLayer:
        found = "" if self._layer.digest == self._diff_id else self._kind_of_blob()
        wanted = self._push.compression.wanted(found)
        if wanted == found:
            return self._sent(self._layer, report)
        known = compressed_layers.read(self._push.layout, self._diff_id).forms.get(wanted)
        if known is not None and self._push.compression.level is None:
            layer = self._descriptor(wanted, known)
            if there := self._on_registry(layer):
                return there
        return self._sent(self._compressed(wanted), report)

    def _kind_of_blob(self) -> str:
        """Return what a blob is compressed with: what its bytes say, else its type in the manifest."""
        try:
            with LayerFile(self._push.layout.blob(self._layer.digest)) as file:
                kind = detect(os.pread(file.fd, 16, 0))
        except FileNotFoundError:
            kind = media_types.compression(self._layer.media_type)
        return zstd_chunked.KIND if kind == "zstd" and zstd_chunked.table_annotations(self._layer) else kind

    def _sent(self, layer: Descriptor, report: Callable[[int], None]) -> PushedLayer:
        """See to it that a layer is on the registry."""
        if there := self._on_registry(layer):
            return there
        path = self._push.staging.path(layer.digest)
        with LayerFile(path) if os.path.exists(path) else self._files.stored(layer, self._diff_id) as file:
            if file.size != layer.size:
                raise StorageError(f"layer {layer.digest} of the store is broken: it has {file.size} bytes")
            self._uploads.put_blob(
                layer.digest, layer.size, lambda size, offset: os.pread(file.fd, size, offset), report
            )
        return PushedLayer(layer, "pushed")

    def _on_registry(self, layer: Descriptor) -> PushedLayer | None:
        """Return the layer where the registry has it, here or in a repository that it may be taken over from."""
        if self._uploads.has_blob(layer.digest):
            return PushedLayer(layer, "exists")
        for source in self._sources:
            if self._uploads.mount_blob(layer.digest, source):
                return PushedLayer(layer, "mounted", source)
        return None

    def _compressed(self, kind: str) -> Descriptor:
        """Stage the layer compressed in another way. Raises DigestMismatch where it is not what the image says."""
        plain = hashlib.sha256()
        writer = BlobWriter(self._push.staging)
        try:
            with (
                self._files.stored(self._layer, self._diff_id) as stored,
                open(stored.fd, "rb", buffering=0, closefd=False) as stream,
            ):
                pieces = _hashed(Decompressed(stream).pieces(), plain)
                annotations = _compress(pieces, writer.write, kind, self._push.compression.level)
            if plain.hexdigest() != self._diff_id.hex:
                raise DigestMismatch(f"layer {self._layer.digest.short}", str(self._diff_id), plain.hexdigest())
            return self._descriptor(kind, Form(writer.finish(), writer.size, annotations))
        except BaseException:
            writer.abandon()
            raise

    def _descriptor(self, kind: str, form: Form) -> Descriptor:
        media_type = _TYPES[kind]
        if not media_types.is_oci(self._layer.media_type):
            media_type = media_types.in_docker_types(media_type)
        kept = {key: value for key, value in self._layer.annotations.items() if key not in zstd_chunked.ANNOTATIONS}
        return self._layer.replace(
            media_type=media_type, digest=form.digest, size=form.size, annotations={**kept, **form.annotations}
        )


def _hashed(pieces: Iterable[bytes], plain: hashlib._Hash) -> Iterator[bytes]:
    for piece in pieces:
        plain.update(piece)
        yield piece


def _compress(
    pieces: Iterator[bytes], write: Callable[[bytes], object], kind: str, level: int | None
) -> dict[str, str]:
    """Write a layer compressed; return the annotations that this gives its descriptor."""
    if kind == zstd_chunked.KIND:
        return zstd_chunked.compress(pieces, write, level)
    compressor = compressors.make(kind, level)
    for piece in pieces:
        write(compressor.compress(piece))
    write(compressor.flush())
    return {}
