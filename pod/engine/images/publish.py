"""The last steps of every way an image comes into the store: unpack what is missing, then list it, all or nothing."""

from __future__ import annotations

import errno
import os

from pod.errors import StorageError
from pod.linux import times
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.manifest import Descriptor
from pod.storage import image_changes
from pod.storage.image_changes import ImageChanges, NewImage
from pod.storage.images import ImageStore
from pod.storage.layers import LayerStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pod.engine.engine import Engine
    from pod.storage.blobs import BlobStaging
    from pod.storage.layout import StorageLayout

LAYER_TYPES = {  # by compression; nothing else has a name in manifests
    "": media_types.OCI_LAYER,
    "gzip": media_types.OCI_LAYER_GZIP,
    "zstd": media_types.OCI_LAYER_ZSTD,
}


def unpack(
    engine: Engine,
    staging: BlobStaging,
    diff_id: Digest,
    layer: Descriptor,
    *,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Unpack a staged layer unless the store has it. Raises ArchiveError, DigestMismatch, StorageError.

    What is left out of it (devices, attributes that cannot be) is told where the user debugs.
    """
    path = staging.path(layer.digest)
    LayerStore(engine.layout).add(
        diff_id,
        lambda: open(path, "rb", buffering=0),
        single_id=engine.enter().single,
        progress=progress,
        note=note_about(engine, diff_id),
    )


def note_about(engine: Engine, diff_id: Digest) -> Callable[[str], None]:
    """Return what tells a user who debugs about what was left out of a layer."""

    def note(line: str) -> None:
        if engine.settings.debug:
            engine.notify(f"layer {diff_id.short}: {line}")

    return note


def publish(
    engine: Engine, staging: BlobStaging, images: Sequence[NewImage], layers: Mapping[Digest, Descriptor]
) -> None:
    """List images whose blobs are staged and whose layers (by what they unpack to) are unpacked.

    A layer that somebody's collection of garbage took meanwhile, because no image listed it yet, is unpacked again.
    """
    staging.flush({digest for image in images for digest in image.blobs})
    unpacked = LayerStore(engine.layout)
    while True:
        with ImageChanges(ImageStore(engine.layout)) as changes:
            missing = [diff_id for diff_id in layers if not unpacked.has(diff_id)]
            if not missing:
                image_changes.publish(changes, staging, images, times.now())
                return
        for diff_id in missing:
            unpack(engine, staging, diff_id, layers[diff_id])


def cannot_store(layout: StorageLayout, what: str, err: OSError) -> StorageError:
    """Return the error for a store that cannot take what it was given, with what is free where the disk is full."""
    reason = f"cannot store {what}: {err.strerror or err}"
    if err.errno not in (errno.ENOSPC, errno.EDQUOT):
        return StorageError(f"{reason}: {err.filename}" if err.filename else reason)
    free = os.statvfs(layout.root)
    return StorageError(
        f"{reason}: {free.f_bavail * free.f_frsize >> 20} MiB are free in {layout.root}",
        hint="free some space there (pod image prune), or keep the store on another disk with --root",
    )
