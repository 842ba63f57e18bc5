"""`import`: an image of one layer, made of a root filesystem's tarball."""

from __future__ import annotations

import hashlib

from pod.engine import events
from pod.engine.images import garbage
from pod.engine.images.publish import LAYER_TYPES, cannot_store, publish, unpack
from pod.engine.images.tag import full_name
from pod.errors import ArchiveError, NetworkError
from pod.linux import jsonfile, times
from pod.oci import media_types
from pod.oci.config_changes import apply_changes
from pod.oci.digest import Digest
from pod.oci.image_config import History, ImageConfig, RootFs, RunConfig
from pod.oci.manifest import Descriptor, Manifest
from pod.oci.platform import Platform
from pod.storage.blobs import BlobStaging, BlobWriter
from pod.storage.compression import Decompressed
from pod.storage.image_changes import NewImage
from pod.storage.staging import sweep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import BinaryIO

    from pod.engine.engine import Engine
    from pod.storage.blobs import Readable


def open_url(url: str) -> BinaryIO:
    """Open a tarball on a web server. Raises NetworkError."""
    import urllib.request

    try:
        return urllib.request.urlopen(url, timeout=60)  # type: ignore[no-any-return]
    except (OSError, ValueError) as err:
        raise NetworkError(f"cannot fetch {url}: {err}", hint="fetch it by other means, and import the file") from err


def import_image(
    engine: Engine,
    stream: Readable,
    shown: str,
    *,
    name: str = "",
    changes: Sequence[str] = (),
    message: str = "",
    platform: Platform | None = None,
    progress: Callable[[int], None] | None = None,
) -> Digest:
    """Store an image made of the tarball that `stream` gives, compressed or not, and return its id.

    Raises InvalidReference, UsageError for a bad change, ArchiveError, StorageError.
    """
    full = full_name(name) if name else ""
    run_config = apply_changes(RunConfig(), changes)
    wanted = platform or Platform.host()
    engine.enter()
    sweep(engine.layout)
    try:
        with BlobStaging(engine.layout, "import") as staging:
            layer, diff_id = _stage_layer(staging, stream, shown, progress)
            unpack(engine, staging, diff_id, layer)
            config = _config(wanted, diff_id, run_config, message or f"Imported from {shown}")
            new = _stage_documents(staging, config, layer, (full,) if full else (), wanted)
            publish(engine, staging, [new], {diff_id: layer})
            events.image(engine.layout, "import", str(new.id), full)
            return new.id
    except ArchiveError as err:
        garbage.collect_quietly(engine)
        raise ArchiveError(f"{shown}: {err.message}", hint=err.hint) from None
    except OSError as err:
        garbage.collect_quietly(engine)
        raise cannot_store(engine.layout, shown, err) from err


class _Tee:
    """A stream whose bytes go to a blob as they pass."""

    def __init__(self, stream: Readable, writer: BlobWriter) -> None:
        self._stream = stream
        self._writer = writer

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self._writer.write(data)
        return data


def _stage_layer(
    staging: BlobStaging, stream: Readable, shown: str, progress: Callable[[int], None] | None
) -> tuple[Descriptor, Digest]:
    """Stage the tarball as it is, and return its descriptor and the digest of what it unpacks to, in one reading."""
    writer = BlobWriter(staging)
    hashed = hashlib.sha256()
    try:
        plain = Decompressed(_Tee(stream, writer), progress=progress)
        for piece in plain.pieces():
            hashed.update(piece)
        if not writer.size:
            raise ArchiveError("the file is empty")
        digest, size = writer.finish(), writer.size
    except BaseException:
        writer.abandon()
        raise
    diff_id = Digest(hashed.hexdigest())
    if plain.kind in LAYER_TYPES:
        return Descriptor(LAYER_TYPES[plain.kind], digest, size), diff_id
    with open(staging.path(digest), "rb", buffering=0) as again:  # xz, bzip2: no manifest can name these
        _, size = staging.add_stream(Decompressed(again), shown, diff_id)
    return Descriptor(media_types.OCI_LAYER, diff_id, size), diff_id


def _config(platform: Platform, diff_id: Digest, config: RunConfig, comment: str) -> bytes:
    now = times.now()
    document = ImageConfig(
        platform.architecture,
        platform.os,
        RootFs("layers", (diff_id,)),
        created=now,
        variant=platform.variant,
        config=config,
        history=(History(created=now, comment=comment),),
    )
    return jsonfile.dumps(document.to_json())


def _stage_documents(
    staging: BlobStaging, config: bytes, layer: Descriptor, names: tuple[str, ...], platform: Platform
) -> NewImage:
    image_id = staging.add_bytes(config)
    manifest = Manifest.of(Descriptor(media_types.OCI_CONFIG, image_id, len(config)), (layer,))
    data = jsonfile.dumps(manifest.to_json())
    digest = staging.add_bytes(data)
    descriptor = Descriptor(media_types.OCI_MANIFEST, digest, len(data), platform)
    return NewImage(descriptor, image_id, names, (digest, image_id, layer.digest))
