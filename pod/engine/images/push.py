"""`push`: an image from the store to a registry. What the registry has is not sent; the manifest comes last.

The manifest stays as it is, and with it the digest, unless a layer has to be compressed first: registries should not
have to keep what is not.
"""

from __future__ import annotations

import hashlib
import os
import zlib

from pod.engine import events
from pod.engine.images.resolve import ensure_unpacked
from pod.errors import InvalidReference, NoSuchImage, StorageError
from pod.linux import jsonfile, workers
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.manifest import Descriptor, Manifest
from pod.oci.reference import Reference
from pod.record import Record
from pod.registry.access import Access
from pod.registry.uploads import Uploads
from pod.storage.archives.layer_files import LayerFile, LayerFiles
from pod.storage.blobs import BlobStaging, BlobWriter
from pod.storage.documents import read_document
from pod.storage.images import ImageStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.engine.engine import Engine
    from pod.registry.options import RegistryOptions
    from pod.registry.repository import Repository
    from pod.storage.images import Image

_AT_ONCE = 3
_READ = 1 << 20
_LEVEL = 6


class PushProgress:
    """What may be heard of a push; this one keeps it to itself."""

    def begin(self, reference: Reference, layers: tuple[Descriptor, ...]) -> None:
        """These layers are to be on the registry."""

    def layer(self, layer: Descriptor, done: int) -> None:
        """So many bytes of a layer are there."""

    def end(self, pushed: Pushed) -> None:
        """The image can be pulled."""


class Pushed(Record):
    """An image that was pushed: where to, and the digest and size of its manifest."""

    reference: Reference
    digest: Digest
    size: int


def push(
    engine: Engine,
    name: str,
    destination: str,
    options: RegistryOptions,
    *,
    format: str = "",
    progress: PushProgress | None = None,
) -> Pushed:
    """Push an image under its own name, or to a destination. `format` is oci, v2s2, or "" to leave it as it is.

    Raises NoSuchImage, InvalidReference, RegistryError, StorageError.
    """
    store = ImageStore(engine.layout)
    store.list_embedded([name])
    reference = _destination(destination or name)
    image = store.get(name)
    access = Access(options)
    repository = access.target(reference)
    hear = progress or PushProgress()
    Uploads(repository).has_blob(image.id)  # a registry that does not want us says so before anything is compressed
    if _needs_packing(engine, image):
        engine.enter()
        ensure_unpacked(engine, image)
    with BlobStaging(engine.layout, "push") as staging:
        hear.begin(reference, image.manifest.layers)
        try:
            layers = _push_layers(engine, staging, repository, image, _elsewhere(store, reference), hear)
        except OSError as err:
            raise StorageError(f"cannot push {reference}: {err.strerror or err}") from err
    pushed = _push_documents(engine, repository, image, layers, reference, format)
    events.image(engine.layout, "push", str(image.id), str(reference))
    hear.end(pushed)
    return pushed


def push_all_tags(engine: Engine, name: str, options: RegistryOptions, progress: PushProgress) -> list[Pushed]:
    """Push every tag of a repository. Raises NoSuchImage where there is none."""
    reference = Reference.parse(name)
    if reference.tag or reference.digest:
        raise InvalidReference(f"--all-tags excludes a tag or digest, as in {name}")
    entries = ImageStore(engine.layout).entries()
    names = [entry.name for entry in entries if entry.name.startswith(f"{reference.name}:")]
    if not names:
        raise NoSuchImage(name)
    return [push(engine, one, "", options, progress=progress) for one in names]


def _destination(text: str) -> Reference:
    reference = Reference.parse(text.removeprefix("docker://")).with_default_tag()
    if reference.digest is not None:
        raise InvalidReference(f"cannot push to {text}: a digest is computed, not given", hint="give it a tag instead")
    return reference


def _needs_packing(engine: Engine, image: Image) -> bool:
    return not all(os.path.exists(engine.layout.blob(layer.digest)) for layer in image.manifest.layers)


def _elsewhere(store: ImageStore, target: Reference) -> dict[Digest, str]:
    """Return blobs that other repositories of the same registry probably have, with the repository's path."""
    found: dict[Digest, str] = {}
    for entry in store.entries():
        try:
            reference = Reference.parse(entry.name)
            if reference.registry != target.registry or reference.path == target.path:
                continue
            for layer in store.image(entry).manifest.layers:
                found[layer.digest] = reference.path
        except (InvalidReference, StorageError, ValueError):
            continue
    return found


def _push_layers(
    engine: Engine,
    staging: BlobStaging,
    repository: Repository,
    image: Image,
    elsewhere: dict[Digest, str],
    progress: PushProgress,
) -> tuple[Descriptor, ...]:
    """Push every layer once, several at a time; return them as they are on the registry."""
    pairs = dict(zip(image.diff_ids, image.manifest.layers, strict=True))
    layers = list(pairs.values())
    done = [0] * len(layers)

    def hear(number: int, amount: int, _phase: int) -> None:
        done[number] += amount
        progress.layer(layers[number], done[number])

    jobs = [
        _LayerJob(LayerFiles(engine.layout, staging), staging, repository, layer, diff_id, elsewhere.get(layer.digest))
        for diff_id, layer in pairs.items()
    ]
    pushed: list[Descriptor] = workers.run_all(jobs, max(_AT_ONCE, workers.cores()), hear)
    by_digest = {layer.digest: result for layer, result in zip(layers, pushed, strict=True)}
    return tuple(by_digest[layer.digest] for layer in image.manifest.layers)


class _LayerJob:
    """The work on one layer, done in a child: compress it if it is not, and send it if the registry has it not."""

    def __init__(
        self,
        files: LayerFiles,
        staging: BlobStaging,
        repository: Repository,
        layer: Descriptor,
        diff_id: Digest,
        mount_from: str | None,
    ) -> None:
        self._files = files
        self._staging = staging
        self._repository = repository
        self._layer = layer
        self._diff_id = diff_id
        self._mount_from = mount_from or ""

    def __call__(self, report: Callable[[int], None]) -> Descriptor:
        pushed = self._push(report)
        report(self._layer.size)  # what was compressed has fewer bytes to send than were announced
        return pushed

    def _push(self, report: Callable[[int], None]) -> Descriptor:
        uploads = Uploads(self._repository)
        layer = self._layer
        if layer.digest != self._diff_id and uploads.has_blob(layer.digest):
            return layer
        with self._files.stored(layer, self._diff_id) as stored:
            if layer.digest == self._diff_id:
                layer = self._compressed(stored)
            elif stored.size != layer.size:
                raise StorageError(f"layer {layer.digest} of the store is broken: it has {stored.size} bytes")
        path = self._staging.path(layer.digest)
        with LayerFile(path if os.path.exists(path) else self._files.layout.blob(layer.digest)) as file:
            if uploads.has_blob(layer.digest):
                return layer
            uploads.put_blob(
                layer.digest,
                layer.size,
                lambda size, offset: os.pread(file.fd, size, offset),
                report,
                mount_from=self._mount_from,
            )
        return layer

    def _compressed(self, stored: LayerFile) -> Descriptor:
        """Stage the layer compressed with gzip; the same bytes each time."""
        writer = BlobWriter(self._staging)
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
        offset = 0
        try:
            while data := os.pread(stored.fd, _READ, offset):
                offset += len(data)
                writer.write(packer.compress(data))
            writer.write(packer.flush())
        except BaseException:
            writer.abandon()
            raise
        media_type = media_types.OCI_LAYER_GZIP
        if self._layer.media_type == media_types.DOCKER_LAYER:
            media_type = media_types.DOCKER_LAYER_GZIP
        return self._layer.replace(media_type=media_type, digest=writer.finish(), size=writer.size)


def _push_documents(
    engine: Engine,
    repository: Repository,
    image: Image,
    layers: tuple[Descriptor, ...],
    reference: Reference,
    format: str,
) -> Pushed:
    """Push the configuration, then the manifest: from then on the image is there."""
    uploads = Uploads(repository)
    data, media_type = _manifest(engine, image, layers, format)
    config = read_document(engine.layout, image.id)
    if not uploads.has_blob(image.id):
        uploads.put_blob(image.id, len(config), lambda size, offset: config[offset : offset + size], _ignore)
    uploads.put_manifest(reference.tag, data, media_type)
    return Pushed(reference, Digest(hashlib.sha256(data).hexdigest()), len(data))


def _manifest(engine: Engine, image: Image, layers: tuple[Descriptor, ...], format: str) -> tuple[bytes, str]:
    """Return the manifest to push and its media type: the stored bytes where nothing about it changes."""
    manifest: Manifest = image.manifest.replace(layers=layers)
    if format:
        convert = media_types.in_oci_types if format == "oci" else media_types.in_docker_types
        manifest = manifest.replace(media_type=manifest.media_type or media_types.OCI_MANIFEST).in_types(convert)
    media_type = manifest.media_type or media_types.OCI_MANIFEST
    if manifest == image.manifest:
        return read_document(engine.layout, image.digest), media_type
    return jsonfile.dumps(manifest.to_json()), media_type


def _ignore(amount: int) -> None:
    del amount
