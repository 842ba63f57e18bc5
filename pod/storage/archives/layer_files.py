"""The bytes of stored layers for an archive: blobs as they are, decompressed, or packed anew from the unpacked tree.

A layer that was built here has no blob until it is needed: packing its tree gives the very bytes of its digest.
"""

from __future__ import annotations

import os

from pod.errors import StorageError
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.storage import compressors, owners, pack
from pod.storage.blobs import CHUNK, BlobStaging, BlobWriter
from pod.storage.compression import Decompressed, detect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from pod.oci.manifest import Descriptor
    from pod.storage.images import Image
    from pod.storage.layout import StorageLayout


_NOT_STORED = Digest("0" * 64)


class LayerFile:
    """A layer as an open file, closed with the block."""

    def __init__(self, path: str) -> None:
        self.fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self.size = os.fstat(self.fd).st_size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self.fd)


class LayerFiles:
    """Opens layers; what has to be made first is made in a staging folder."""

    def __init__(self, layout: StorageLayout, staging: BlobStaging) -> None:
        self.layout = layout
        self._staging = staging

    def stored(self, descriptor: Descriptor, diff_id: Digest) -> LayerFile:
        """Open a layer as its manifest names it."""
        for path in (self.layout.blob(descriptor.digest), self._staging.path(descriptor.digest)):
            if os.path.exists(path):
                return LayerFile(path)
        if descriptor.digest == diff_id:
            return self._packed(diff_id)
        raise StorageError(
            f"the store has lost layer {descriptor.digest}", hint="load or pull the images that need it again"
        )

    def plain(self, descriptor: Descriptor, diff_id: Digest) -> LayerFile:
        """Open a layer uncompressed, under the digest that the image's configuration knows."""
        layer = self.stored(descriptor, diff_id)
        if descriptor.digest == diff_id or not detect(os.pread(layer.fd, 16, 0)):
            return layer
        path = self._staging.path(diff_id)
        if not os.path.exists(path):
            with layer, open(layer.fd, "rb", buffering=0, closefd=False) as stream:
                self._staging.add_stream(Decompressed(stream), f"layer {descriptor.digest}", diff_id)
        return LayerFile(path)

    def compress(self, image: Image) -> Image:
        """Return the same image with its layers compressed, by gzip where they are not yet."""
        done: dict[Digest, Descriptor] = {}
        for descriptor, diff_id in zip(image.manifest.layers, image.diff_ids, strict=True):
            if diff_id not in done:
                done[diff_id] = self._compressed(descriptor, diff_id)
        manifest = image.manifest.replace(layers=tuple(done[diff_id] for diff_id in image.diff_ids))
        return image.replace(manifest=manifest, digest=_NOT_STORED)

    def _compressed(self, descriptor: Descriptor, diff_id: Digest) -> Descriptor:
        with self.stored(descriptor, diff_id) as layer:
            if detect(os.pread(layer.fd, 16, 0)):
                return descriptor
            writer = BlobWriter(self._staging)
            squeeze = compressors.make("gzip")
            try:
                for offset in range(0, layer.size, CHUNK):
                    writer.write(squeeze.compress(os.pread(layer.fd, CHUNK, offset)))
                writer.write(squeeze.flush())
                digest, size = writer.finish(), writer.size
            except BaseException:
                writer.abandon()
                raise
        media_type = media_types.compressed(descriptor.media_type, "gzip")
        return descriptor.replace(media_type=media_type, digest=digest, size=size)

    def _packed(self, diff_id: Digest) -> LayerFile:
        path = self._staging.path(diff_id)
        if not os.path.exists(path):
            folder = self.layout.layer(diff_id)
            if not os.path.isdir(f"{folder}/diff"):
                raise StorageError(f"the store has lost layer {diff_id}", hint="load, pull or build the image again")
            writer = BlobWriter(self._staging)
            try:
                pack.pack(f"{folder}/diff", writer.write, owners.read(folder))
                writer.finish(f"layer {diff_id}", diff_id)
            except BaseException:
                writer.abandon()
                raise
        return LayerFile(path)
