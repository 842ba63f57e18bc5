"""Changes to the image index, under the store's lock: names given and taken, images added, garbage collected.

The index keeps one rule: an image has either one descriptor for each of its names, or a single one without a name.
"""

from __future__ import annotations

import os

from pod.errors import InvalidReference, StorageError
from pod.linux import files, jsonfile
from pod.linux.ids import is_id
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.image_config import ImageConfig
from pod.oci.manifest import IMAGE_ID, REF_NAME, TAGGED, Descriptor, Index, Manifest
from pod.record import Record
from pod.storage.blobs import BlobStaging
from pod.storage.images import Entry, ImageStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import TracebackType
    from typing import Self

    from pod.storage.layout import StorageLayout


class NewImage(Record):
    """An image about to enter the store: its manifest, its id, its names, and the staged blobs that it is made of."""

    manifest: Descriptor
    id: Digest
    names: tuple[str, ...]
    blobs: tuple[Digest, ...]


class ImageChanges:
    """`with ImageChanges(store) as changes:` holds the store's lock; the index is replaced when the block ends well."""

    def __init__(self, store: ImageStore) -> None:
        self.store = store
        self._lock = store.lock()
        self.entries: list[Entry] = []
        self._before: list[Entry] = []
        self._foreign: list[Descriptor] = []  # what leads to no image for this machine
        self._foreign_before: list[Descriptor] = []

    def __enter__(self) -> Self:
        self._lock.acquire()
        try:
            for descriptor in self.store.index().manifests:
                entry = self.store.entry(descriptor)
                if entry is None:
                    self._foreign.append(descriptor)
                else:
                    self.entries.append(entry)
            self._before, self._foreign_before = list(self.entries), list(self._foreign)
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.write()
        except OSError as err:
            raise StorageError(
                f"cannot write to the image store: {err.strerror}: {err.filename}",
                hint="free some space, or mend the folder's owner and mode",
            ) from err
        finally:
            self._lock.release()

    def write(self) -> None:
        """Replace the index now, if anything changed."""
        if self.entries != self._before or self._foreign != self._foreign_before:
            descriptors = (*self._foreign, *(entry.descriptor for entry in self.entries))
            _write_index(self.store.layout, descriptors)
            self._before, self._foreign_before = list(self.entries), list(self._foreign)

    def add(self, image: NewImage, now: str) -> None:
        """List an image under its names, which any other image loses."""
        for name in image.names:
            self.give(_entry(image.manifest, image.id, name, now))
        if not image.names and not any(entry.id == image.id for entry in self.entries):
            self.entries.append(_entry(image.manifest, image.id, "", now))

    def tag(self, entry: Entry, name: str, now: str) -> None:
        """Give a listed image another name."""
        self.give(_entry(entry.descriptor, entry.id, name, now, manifest=entry.manifest))

    def give(self, new: Entry) -> None:
        holder = next((entry for entry in self.entries if entry.name == new.name), None)
        if holder is not None:
            self.entries.remove(holder)
            if holder.id != new.id:
                self._keep_listed(holder)
        self.entries = [entry for entry in self.entries if entry.name or entry.id != new.id]
        self.entries.append(new)

    def untag(self, entry: Entry) -> None:
        """Take a name away; the image stays, without a name if this was the last."""
        self.entries.remove(entry)
        self._keep_listed(entry)

    def _keep_listed(self, entry: Entry) -> None:
        if not any(other.id == entry.id for other in self.entries):
            self.entries.append(_entry(entry.descriptor, entry.id, "", entry.tagged, manifest=entry.manifest))

    def put_list(self, name: str, descriptor: Descriptor) -> None:
        """List a manifest list under its name, in the stead of the one that had it."""
        self.drop_list(name)
        entry = self.store.entry(descriptor)
        if entry is not None:
            self.give(entry)
        else:
            self._foreign.append(descriptor)

    def drop_list(self, name: str) -> None:
        """Take a manifest list out of the index; an image that was listed only by it stays, without a name."""
        for entry in [entry for entry in self.entries if entry.name == name]:
            self.untag(entry)
        self._foreign = [other for other in self._foreign if other.annotations.get(REF_NAME) != name]

    def remove(self, image_id: Digest) -> None:
        """Take an image out of the index."""
        self.entries = [entry for entry in self.entries if entry.id != image_id]


def _entry(descriptor: Descriptor, image_id: Digest, name: str, now: str, manifest: Digest | None = None) -> Entry:
    annotations = {**descriptor.annotations, IMAGE_ID: str(image_id), REF_NAME: name, TAGGED: now}
    if manifest is not None and manifest != descriptor.digest:  # an index of another tool: list its image itself
        descriptor = Descriptor(media_types.OCI_MANIFEST, manifest, 0)
    kept = {key: value for key, value in annotations.items() if value}
    return Entry(image_id, manifest or descriptor.digest, name, now, descriptor.replace(annotations=kept))


def _write_index(layout: StorageLayout, descriptors: tuple[Descriptor, ...]) -> None:
    """Replace index.json; the first time, make the folder an image layout (image-layout.md)."""
    files.make_folders(f"{layout.images}/blobs/sha256")
    marker = f"{layout.images}/oci-layout"
    if not os.path.exists(marker):
        jsonfile.write(marker, {"imageLayoutVersion": "1.0.0"})
    jsonfile.write(layout.index, Index(2, descriptors, media_types.OCI_INDEX).to_json())


def publish(changes: ImageChanges, staging: BlobStaging, images: Sequence[NewImage], now: str) -> None:
    """Bring images and their staged, flushed blobs into the store in one step: all of them, or none."""
    fresh = staging.publish({digest for image in images for digest in image.blobs})
    try:
        for image in images:
            changes.add(image, now)
        changes.write()
    except BaseException:
        for path in fresh:
            files.remove_file(path)
        raise


class Needed(Record):
    """What must not be collected, as the hexadecimal part of digests."""

    blobs: set[str]
    layers: set[str]


def needed(store: ImageStore, manifests: Iterable[Digest] = (), layers: Iterable[Digest] = ()) -> Needed:
    """Return the blobs and unpacked layers that the listed images need, and further manifests and layers.

    What a lost or broken manifest needs is unknown, and of no use to anybody either.
    """
    return reachable(store, (*(descriptor.digest for descriptor in store.index().manifests), *manifests), layers)


def reachable(store: ImageStore, manifests: Iterable[Digest], layers: Iterable[Digest] = ()) -> Needed:
    """Return what some manifests need, and further layers."""
    result = Needed(set(), {diff_id.hex for diff_id in layers})
    for digest in manifests:
        _reach(store, digest, result)
    return result


def _reach(store: ImageStore, digest: Digest, result: Needed) -> None:
    if digest.hex in result.blobs:
        return
    result.blobs.add(digest.hex)
    try:
        document = store.document(digest)
        if "manifests" in document:
            for descriptor in Index.from_json(document).manifests:  # of its platforms perhaps only one is here
                _reach(store, descriptor.digest, result)
            return
        manifest = Manifest.from_json(document)
        result.blobs.add(manifest.config.digest.hex)
        result.blobs.update(layer.digest.hex for layer in manifest.layers)
        config = ImageConfig.from_json(store.document(manifest.config.digest))
        result.layers.update(diff_id.hex for diff_id in config.rootfs.diff_ids)
    except (StorageError, InvalidReference, ValueError):
        return


def remove_blobs(layout: StorageLayout, needed: Needed) -> int:
    """Remove every blob that nothing needs and return the bytes that this frees. The caller holds the store's lock."""
    freed = 0
    for path in unneeded_blobs(layout, needed):
        freed += os.lstat(path).st_blocks * 512
        files.remove_file(path)
    return freed


def unneeded_blobs(layout: StorageLayout, needed: Needed) -> list[str]:
    """Return the paths of the blobs that nothing needs. The caller holds the store's lock."""
    folder = f"{layout.images}/blobs/sha256"
    return [f"{folder}/{name}" for name in _names(folder) if name not in needed.blobs]


def unpacked_layers(layout: StorageLayout) -> list[Digest]:
    """Return the layers that are unpacked.

    For a collection this comes before asking what is needed: a layer is announced before it is there.
    """
    return [Digest(name) for name in _names(layout.layers) if is_id(name)]


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []
