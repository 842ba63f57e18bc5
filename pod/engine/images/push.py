"""`push`: an image from the store to a registry. What the registry has is not sent; the manifest comes last.

The manifest stays as it is, and with it the digest, unless layers have to be compressed first or something else was
asked for: registries should not have to keep what is not compressed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os

from pod.engine import events
from pod.engine.images.push_layers import Compression, LayerPush
from pod.engine.images.resolve import ensure_unpacked
from pod.engine.images.signing import Signer, WaitingSigner
from pod.errors import InvalidReference, NoSuchImage, StorageError, UsageError
from pod.linux import jsonfile
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.manifest import Manifest
from pod.oci.platform import Platform
from pod.oci.reference import Reference
from pod.record import Record
from pod.registry.access import Access
from pod.registry.uploads import Uploads
from pod.storage import compressors
from pod.storage.blobs import BlobStaging
from pod.storage.documents import read_document
from pod.storage.images import ImageStore
from pod.storage.reachable import part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pod.engine.engine import Engine
    from pod.engine.images.push_layers import PushedLayer
    from pod.oci.manifest import Descriptor
    from pod.registry.options import RegistryOptions
    from pod.registry.repository import Repository
    from pod.storage.images import Image

FORMATS = ("oci", "v2s2")


class PushProgress:
    """What may be heard of a push; this one keeps it to itself."""

    def begin(self, reference: Reference, layers: tuple[Descriptor, ...]) -> None:
        """These layers are to be on the registry."""

    def layer(self, layer: Descriptor, done: int) -> None:
        """So many bytes of a layer were sent: fewer than its size where it is compressed for the registry."""

    def layer_end(self, layer: Descriptor, pushed: PushedLayer) -> None:
        """The layer is there."""

    def end(self, pushed: Pushed) -> None:
        """The image can be pulled."""


class Pushed(Record):
    """An image that was pushed: where to, and the digest and size of its manifest."""

    reference: Reference
    digest: Digest
    size: int
    media_type: str = ""


class PushForm(Record):
    """What an image is to look like on the registry; by default as it does in the store."""

    format: str = ""  # oci or v2s2
    compression: str = ""  # gzip, zstd or zstd:chunked
    level: int | None = None
    convert: bool | None = None  # whether to compress anew what is compressed differently; None: if one was chosen
    platform: str = ""  # refuse an image for another one

    def check(self) -> None:
        """Raise UsageError for what does not go together, StorageError for what cannot be done here."""
        if self.compression.startswith("zstd") and self.format == "v2s2":
            raise UsageError(
                "--format v2s2 excludes zstd: Docker's manifests know gzip only", hint="leave out --format, or say oci"
            )
        compressors.check(self.compression or "gzip", self.level)


def push(
    engine: Engine,
    name: str,
    destination: str,
    options: RegistryOptions,
    *,
    form: PushForm | None = None,
    progress: PushProgress | None = None,
    signer: Signer | None = None,
) -> Pushed:
    """Push an image under its own name, or to a destination, and sign it there.

    Raises NoSuchImage, InvalidReference, RegistryError, StorageError, UsageError.
    """
    form = form or PushForm()
    form.check()
    store = ImageStore(engine.layout)
    image = store.get(name)
    _check_platform(name, image, form.platform)
    reference = push_target(destination or name)
    repository = Access(options).target(reference)
    with contextlib.ExitStack() as stack:
        signing = stack.enter_context(WaitingSigner(signer, reference)) if signer is not None else None
        pushed = push_image(engine, store, image, repository, reference, form, progress or PushProgress())
        if signing is not None:
            signing.sign(pushed.digest)
    events.image(engine.layout, "push", str(image.id), str(reference))
    return pushed


def push_all_tags(
    engine: Engine,
    name: str,
    options: RegistryOptions,
    form: PushForm,
    progress: PushProgress,
    signer: Signer | None = None,
) -> list[Pushed]:
    """Push every tag of a repository. Raises NoSuchImage where there is none."""
    reference = Reference.parse(name)
    if reference.tag or reference.digest:
        raise InvalidReference(f"--all-tags excludes a tag or digest, as in {name}")
    entries = ImageStore(engine.layout).mentioning(reference.name)
    names = [entry.name for entry in entries if entry.name.startswith(f"{reference.name}:")]
    if not names:
        raise NoSuchImage(name)
    return [push(engine, one, "", options, form=form, progress=progress, signer=signer) for one in names]


def push_target(text: str) -> Reference:
    """Return the reference that a person names to push to. Raises InvalidReference."""
    reference = Reference.parse(text.removeprefix("docker://")).with_default_tag()
    if reference.digest is not None:
        raise InvalidReference(f"cannot push to {text}: a digest is computed, not given", hint="give it a tag instead")
    return reference


def push_image(
    engine: Engine,
    store: ImageStore,
    image: Image,
    repository: Repository,
    reference: Reference,
    form: PushForm,
    hear: PushProgress,
    *,
    by_digest: bool = False,
) -> Pushed:
    """Push a stored image under the tag of a reference, or under its digest alone."""
    Uploads(repository).check(image.id)
    if _needs_packing(engine, image):
        engine.enter()
        ensure_unpacked(engine, image)
    compression = _compression(form)
    with BlobStaging(engine.layout, "push") as staging:
        hear.begin(reference, image.manifest.layers)
        sources = _elsewhere(store, reference)
        work = LayerPush(engine.layout, staging, repository, compression, sources)
        try:
            layers = work.run(image, hear.layer, hear.layer_end)
        except OSError as err:
            raise StorageError(f"cannot push {reference}: {err.strerror or err}") from err
    pushed = _push_documents(engine, repository, image, layers, reference, form.format, by_digest=by_digest)
    hear.end(pushed)
    return pushed


def _compression(form: PushForm) -> Compression:
    kind = form.compression or ("gzip" if form.convert else "")
    return Compression(kind, form.level, form.convert is not False, "zstd" if form.format == "v2s2" else "")


def _check_platform(name: str, image: Image, wanted: str) -> None:
    if wanted and not image.platform.matches(platform := Platform.parse_text(wanted)):
        raise NoSuchImage(f"{name} for {platform}", hint=f"the store has it for {image.platform}")


def _needs_packing(engine: Engine, image: Image) -> bool:
    return not all(os.path.exists(engine.layout.blob(layer.digest)) for layer in image.manifest.layers)


def _elsewhere(store: ImageStore, target: Reference) -> Callable[[Digest], tuple[str, ...]]:
    """Return what tells which other repositories of the same registry probably have a blob, as images are named."""

    def paths(digest: Digest) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_neighbours(store, target, digest)))

    return paths


def _neighbours(store: ImageStore, target: Reference, layer: Digest) -> Iterator[str]:
    """Yield the paths of images on the same registry that have a layer."""
    for entry in store.mentioning(part(layer.hex)):
        try:
            reference = Reference.parse(entry.name)
            if reference.registry != target.registry or reference.path == target.path:
                continue
            if any(descriptor.digest == layer for descriptor in store.image(entry).manifest.layers):
                yield reference.path
        except (InvalidReference, StorageError, ValueError):
            continue


def _push_documents(
    engine: Engine,
    repository: Repository,
    image: Image,
    layers: tuple[Descriptor, ...],
    reference: Reference,
    format: str,
    *,
    by_digest: bool,
) -> Pushed:
    """Push the configuration, then the manifest: from then on the image is there."""
    uploads = Uploads(repository)
    data, media_type = _manifest(engine, image, layers, format)
    digest = Digest(hashlib.sha256(data).hexdigest())
    config = read_document(engine.layout, image.id)
    if not uploads.has_blob(image.id):
        uploads.put_blob(image.id, len(config), lambda size, offset: config[offset : offset + size], _ignore)
    uploads.put_manifest(str(digest) if by_digest else reference.tag, data, media_type)
    return Pushed(reference, digest, len(data), media_type)


def _manifest(engine: Engine, image: Image, layers: tuple[Descriptor, ...], format: str) -> tuple[bytes, str]:
    """Return the manifest to push and its media type: the stored bytes where nothing about it changes."""
    manifest: Manifest = image.manifest.replace(layers=layers)
    in_docker_types = not media_types.is_oci(manifest.media_type or media_types.OCI_MANIFEST)
    if not format and in_docker_types and any(media_types.compression(layer.media_type) == "zstd" for layer in layers):
        format = "oci"
    if format:
        convert = media_types.in_oci_types if format == "oci" else media_types.in_docker_types
        manifest = manifest.replace(media_type=manifest.media_type or media_types.OCI_MANIFEST).in_types(convert)
        if format == "v2s2":
            manifest = manifest.replace(annotations={}, subject=None, artifact_type="")  # Docker's has none
    media_type = manifest.media_type or media_types.OCI_MANIFEST
    if manifest == image.manifest:
        return read_document(engine.layout, image.digest), media_type
    return jsonfile.dumps(manifest.to_json()), media_type


def _ignore(amount: int) -> None:
    del amount
