"""`manifest push`: the images of a list by their digests, then the list under its tag."""

from __future__ import annotations

import hashlib
import os

from pod.engine.images.push import PushForm, PushProgress, push_image, push_target
from pod.engine.manifests import documents, lists
from pod.errors import NoSuchManifest, StorageError
from pod.linux import jsonfile
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.manifest import Descriptor, Index, Manifest
from pod.record import Record
from pod.registry.access import Access
from pod.registry.uploads import Uploads
from pod.storage.archives.layer_files import LayerFile
from pod.storage.blobs import BlobStaging
from pod.storage.documents import read_document
from pod.storage.images import ImageStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.oci.reference import Reference
    from pod.registry.options import RegistryOptions
    from pod.registry.repository import Repository

COMPRESSED = "io.github.containers.compression.zstd"  # Podman's mark of the zstd twin of a gzip image


class PushedList(Record):
    """A list that was pushed: where to, and the digest of what is there."""

    reference: Reference
    digest: Digest
    size: int


def push(
    engine: Engine,
    text: str,
    destination: str,
    options: RegistryOptions,
    *,
    form: PushForm,
    images: bool = True,
    also: tuple[str, ...] = (),
    progress: PushProgress | None = None,
) -> PushedList:
    """Push a list, with its images unless they are there already; `also` names compressions to add them in once more.

    Raises NotFound, RegistryError, StorageError, UsageError.
    """
    form.check()
    store = ImageStore(engine.layout)
    found = lists.find(store, text)
    reference = push_target(destination or found.name)
    access = Access(options)
    repository = access.target(reference)
    hear = progress or PushProgress()
    work = _ImagePush(engine, store, repository, reference, found, access, hear)
    entries = list(found.index.manifests)
    if images:
        entries = [work.push(entry, form) for entry in entries]
        for kind in also:
            twin = form.replace(compression=kind, level=None, convert=True)
            entries += [work.push(entry, twin, marked=True) for entry in found.index.manifests]
    index = found.index.replace(manifests=tuple(entries))
    data, media_type = documents.dump(index, form.format)
    Uploads(repository).put_manifest(reference.tag, data, media_type)
    return PushedList(reference, Digest(hashlib.sha256(data).hexdigest()), len(data))


class _ImagePush:
    """The images of one list on their way to one repository."""

    def __init__(
        self,
        engine: Engine,
        store: ImageStore,
        repository: Repository,
        reference: Reference,
        found: lists.ManifestList,
        access: Access,
        hear: PushProgress,
    ) -> None:
        self._engine = engine
        self._store = store
        self._repository = repository
        self._uploads = Uploads(repository)
        self._reference = reference
        self._list = found
        self._access = access
        self._hear = hear

    def push(self, entry: Descriptor, form: PushForm, *, marked: bool = False) -> Descriptor:
        """See to it that an image is on the registry; return its entry as it is there."""
        try:
            document = self._store.document(entry.digest)
        except StorageError:
            self._copy(entry)
            return entry
        if not _is_image(document):
            self._push_blobs(entry, read_document(self._engine.layout, entry.digest), None)
            return entry
        image = self._store.by_manifest(entry.digest)
        pushed = push_image(
            self._engine, self._store, image, self._repository, self._reference, form, self._hear, by_digest=True
        )
        annotations = {**entry.annotations, **({COMPRESSED: "true"} if marked else {})}
        return entry.replace(
            media_type=pushed.media_type, digest=pushed.digest, size=pushed.size, annotations=annotations
        )

    def _copy(self, entry: Descriptor) -> None:
        """Bring an image from the registry where it is to the one where the list goes."""
        shown = self._list.sources.get(entry.digest, "")
        if shown == self._repository.shown or self._repository.head(str(entry.digest)) is not None:
            return
        if not shown:
            raise NoSuchManifest(
                f"cannot push {self._list.name}: the store does not have its image {entry.digest}",
                hint="pull it, or push the list alone with --all=false",
            )
        source = self._access.repository(shown, beside=self._repository.shown)
        self._copy_manifest(source, entry)

    def _copy_manifest(self, source: Repository, entry: Descriptor) -> None:
        fetched = source.manifest(str(entry.digest), size=entry.size)
        if media_types.is_index(fetched.media_type):
            for inner in Index.from_json(jsonfile.loads(fetched.data)).manifests:
                self._copy_manifest(source, inner)
            self._uploads.put_manifest(str(fetched.digest), fetched.data, fetched.media_type)
        else:
            self._push_blobs(entry, fetched.data, source)

    def _push_blobs(self, entry: Descriptor, data: bytes, source: Repository | None) -> None:
        """Push a manifest by its digest and all that it names, as it is, from the store or another repository."""
        manifest = Manifest.from_json(jsonfile.loads(data))
        with BlobStaging(self._engine.layout, "push") as staging:
            for blob in {blob.digest: blob for blob in (manifest.config, *manifest.layers)}.values():
                if not self._uploads.has_blob(blob.digest) and not self._mounted(blob, source):
                    if source is not None:
                        what = f"blob {blob.digest.short} of {source.shown}"
                        staging.add_stream(source.blob(blob.digest), what, blob.digest, blob.size)
                    elif not staging.has(blob.digest):
                        raise StorageError(f"the store has lost blob {blob.digest}")
                    self._send(blob, staging.path(blob.digest))
                    os.unlink(staging.path(blob.digest))
        self._uploads.put_manifest(str(entry.digest), data, entry.media_type)

    def _mounted(self, blob: Descriptor, source: Repository | None) -> bool:
        if source is None or source.connection.host != self._repository.connection.host:
            return False
        return self._uploads.mount_blob(blob.digest, source.path)

    def _send(self, blob: Descriptor, path: str) -> None:
        with LayerFile(path) as file:
            self._uploads.put_blob(
                blob.digest, blob.size, lambda size, offset: os.pread(file.fd, size, offset), _ignore
            )


def _is_image(document: dict[str, object]) -> bool:
    config = document.get("config")
    kinds = (media_types.OCI_CONFIG, media_types.DOCKER_CONFIG)
    return isinstance(config, dict) and config.get("mediaType") in kinds


def _ignore(amount: int) -> None:
    del amount
