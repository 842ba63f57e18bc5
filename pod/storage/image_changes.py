"""Changes to the image index, under the store's lock: names given and taken, images added and removed.

The index keeps one rule: an image has either one descriptor for each of its names, or a single one without a name.
"""

from __future__ import annotations

import errno
import os

from pod.errors import StorageError
from pod.linux import files, jsonfile
from pod.oci import media_types
from pod.oci.manifest import IMAGE_ID, PARTS, REF_NAME, TAGGED, Descriptor
from pod.record import Record
from pod.storage import image_lookup, index_file, leftovers
from pod.storage.blobs import BlobStaging
from pod.storage.images import Entry, ImageStore
from pod.storage.reachable import parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from pod.oci.digest import Digest
    from pod.storage.layout import StorageLayout


class NewImage(Record):
    """An image about to enter the store: its manifest, its id, its names, and the staged blobs that it is made of."""

    manifest: Descriptor
    id: Digest
    names: tuple[str, ...]
    blobs: tuple[Digest, ...]


class ImageChanges:
    """`with ImageChanges(store) as changes:` holds the store's lock; the index is replaced when the block ends well.

    The index is kept as its lines (index_file.py). Only those that a question is about are understood.
    """

    def __init__(self, store: ImageStore) -> None:
        self.store = store
        self._lock = store.lock()
        self._lines: list[bytes] = []
        self._before: list[bytes] = []
        self._dropped: list[bytes] = []
        self._taken_out: list[bytes] | None = None  # the lines that are left, for want of room for another file
        self.unnoted: tuple[bytes, ...] = ()  # what was taken out of the index without a note: the disk is full
        self._known: dict[bytes, Entry | None] = {}

    def __enter__(self) -> Self:
        self._lock.acquire()
        try:
            self._lines = self.store.lines()
            self._before = list(self._lines)
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
        """Replace the index now, if anything changed. What it loses is noted first, for who collects garbage."""
        if self._lines == self._before:
            return
        text = self.text
        dropped = [line for line in self._dropped if index_file.understood(line).digest.hex.encode() not in text]
        try:
            for line in dropped:
                leftovers.note(self.store.layout, line)
            _write_index(self.store.layout, text)
        except OSError as err:
            if err.errno not in (errno.ENOSPC, errno.EDQUOT) or not self._take_out():
                raise
            self.unnoted, self._dropped = (*self.unnoted, *dropped), []
            return
        self._before, self._dropped = list(self._lines), []

    def _take_out(self) -> bool:
        """Let the index lose images, where that is all and the disk is full; once they are gone, there may be room."""
        if self._taken_out == self._lines:
            return True
        done = index_file.take_out(self.store.layout.index, self._before, self._lines)
        if done:
            self._taken_out = list(self._lines)
        return done

    @property
    def text(self) -> bytes:
        """The index as it is to be written."""
        return index_file.join(self._lines)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every entry that leads to an image, in the order of the index."""
        return tuple(filter(None, map(self._entry, self._lines)))

    def find(self, name: str) -> Entry:
        """Return the entry that a person means; see ImageStore.find for what that raises."""
        try:
            line = index_file.line(image_lookup.find(self.text, name)[0])
            if line in self._lines and (entry := self._entry(line)) is not None:
                return entry
        except image_lookup.NotClear:
            pass
        return self.store.find(name, self.entries)

    def of_image(self, image_id: Digest) -> list[Entry]:
        """Return the entries of an image, in the order of the index."""
        return [entry for entry in self._with(image_id.hex) if entry.id == image_id]

    def of_manifest(self, manifest: Digest) -> list[Entry]:
        """Return the entries with a manifest, in the order of the index."""
        return [entry for entry in self._with(manifest.hex) if entry.manifest == manifest]

    def named(self, name: str) -> Entry | None:
        """Return the entry with a full name; with "" the first without a name."""
        text = image_lookup.quoted(name) if name else ""
        return next((entry for entry in self._with(text) if entry.name == name), None)

    def _with(self, text: str) -> Iterator[Entry]:
        return filter(None, map(self._entry, image_lookup.with_text(list(self._lines), text)))

    def _entry(self, line: bytes) -> Entry | None:
        if line not in self._known:
            self._known[line] = self.store.entry(self.store.descriptor(line))
        return self._known[line]

    def _append(self, entry: Entry) -> None:
        line = index_file.line(entry.descriptor)
        self._known[line] = entry
        self._lines.append(line)

    def _drop(self, entry: Entry) -> None:
        line = next(line for line in self._lines if self._known.get(line) == entry)
        self._lines.remove(line)
        self._dropped.append(line)

    def add(self, image: NewImage, now: str) -> None:
        """List an image under its names, which any other image loses."""
        ours = (IMAGE_ID, PARTS)  # which an archive may bring, and be wrong
        told = {key: value for key, value in image.manifest.annotations.items() if key not in ours}
        descriptor = image.manifest.replace(annotations=told)
        for name in image.names:
            self.give(self._new(descriptor, image.id, name, now))
        if not image.names and not self.of_image(image.id):
            self._append(self._new(descriptor, image.id, "", now))

    def tag(self, entry: Entry, name: str, now: str) -> None:
        """Give a listed image another name."""
        self.give(self._new(entry.descriptor, entry.id, name, now, manifest=entry.manifest))

    def give(self, new: Entry) -> None:
        """List an entry; whatever has its name loses that, and its image's entry without a name goes."""
        holder = self.named(new.name)
        if holder is not None:
            self._drop(holder)
            if holder.id != new.id:
                self._keep_listed(holder)
        for entry in self.of_image(new.id):
            if not entry.name:
                self._drop(entry)
        self._append(new)

    def untag(self, entry: Entry) -> None:
        """Take a name away; the image stays, without a name if this was the last."""
        self._drop(entry)
        self._keep_listed(entry)

    def _keep_listed(self, entry: Entry) -> None:
        if not self.of_image(entry.id):
            self._append(self._new(entry.descriptor, entry.id, "", entry.tagged, manifest=entry.manifest))

    def put_list(self, name: str, descriptor: Descriptor) -> None:
        """List a manifest list under its name, in the stead of the one that had it."""
        self.drop_list(name)
        entry = self.store.entry(descriptor)
        if entry is not None:
            self.give(entry)
        else:
            self._lines.append(index_file.line(descriptor))

    def drop_list(self, name: str) -> None:
        """Take a manifest list out of the index; an image that was listed only by it stays, without a name."""
        while (entry := self.named(name)) is not None:
            self.untag(entry)
        self._lines = [line for line in self._lines if not self._is_list(line, name)]

    def _is_list(self, line: bytes, name: str) -> bool:
        if image_lookup.is_ours(line) or self._entry(line) is not None:
            return False
        return index_file.understood(line).annotations.get(REF_NAME) == name

    def remove(self, image_id: Digest) -> None:
        """Take an image out of the index."""
        for entry in self.of_image(image_id):
            self._drop(entry)

    def tell_parts(self) -> bool:
        """Say of images that an older pod has listed what they have; true where there are any."""
        before = list(self._lines)
        for number, line in enumerate(self._lines):
            if image_lookup.is_ours(line) and not image_lookup.tells_parts(line):
                entry = self._entry(line)
                if entry is not None and entry.manifest == entry.descriptor.digest:
                    self._lines[number] = index_file.line(
                        self._new(entry.descriptor, entry.id, entry.name, entry.tagged).descriptor
                    )
        return self._lines != before

    def _new(
        self, descriptor: Descriptor, image_id: Digest, name: str, now: str, manifest: Digest | None = None
    ) -> Entry:
        annotations = {**descriptor.annotations, IMAGE_ID: str(image_id), REF_NAME: name, TAGGED: now}
        if manifest is not None and manifest != descriptor.digest:  # an index of another tool: list its image itself
            descriptor = Descriptor(media_types.OCI_MANIFEST, manifest, 0)
            annotations.pop(PARTS, None)
        if PARTS not in annotations:
            annotations[PARTS] = parts(self.store, descriptor.digest)
        kept = {key: value for key, value in annotations.items() if value}
        return Entry(image_id, manifest or descriptor.digest, name, now, descriptor.replace(annotations=kept))


def _write_index(layout: StorageLayout, text: bytes) -> None:
    """Replace index.json; the first time, make the folder an image layout (image-layout.md)."""
    files.make_folders(f"{layout.images}/blobs/sha256")
    marker = f"{layout.images}/oci-layout"
    if not os.path.exists(marker):
        jsonfile.write(marker, {"imageLayoutVersion": "1.0.0"})
    files.write_atomic(layout.index, text)


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
