"""The image store: an OCI image layout whose index.json has one descriptor for each name of each image.

A descriptor's `org.opencontainers.image.ref.name` is the full name (docker.io/library/busybox:latest); an image that
has no name has one descriptor without it. Our own annotations repeat what a listing would else have to look up in
the manifest; a descriptor without them (any OCI tool may write here) is completed when it is read.

Readers take no lock: index.json is replaced in one step and blobs never change. Writers hold the lock exclusively.
Whoever is about to rely on an image without being listed anywhere yet (a container in the making) holds it shared.
"""

from __future__ import annotations

from pod.errors import AmbiguousName, InvalidReference, NoSuchImage, StorageError
from pod.linux import files, jsonfile
from pod.linux.ids import is_id, is_id_prefix
from pod.linux.locks import Lock
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.image_config import ImageConfig
from pod.oci.manifest import IMAGE_ID, REF_NAME, TAGGED, Descriptor, Index, Manifest
from pod.oci.platform import Platform
from pod.oci.reference import Reference, names_registry
from pod.record import Record
from pod.storage import image_lookup, index_file
from pod.storage.documents import read_document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from pod.storage.layout import StorageLayout


class Entry(Record):
    """One descriptor of index.json, understood: a manifest, the image's id and one of its names ("" for none)."""

    id: Digest
    manifest: Digest
    name: str
    tagged: str  # when the name was given, RFC 3339; "" where nobody wrote it down
    descriptor: Descriptor


class Image(Record):
    """A stored image. The id is the digest of its configuration, as for Docker and Podman."""

    id: Digest
    digest: Digest  # of the manifest
    manifest: Manifest
    config: ImageConfig
    names: tuple[str, ...] = ()  # normalised
    digests: tuple[str, ...] = ()  # name@sha256:…, one for each repository
    tagged: str = ""

    @property
    def diff_ids(self) -> tuple[Digest, ...]:
        return self.config.rootfs.diff_ids

    @property
    def platform(self) -> Platform:
        return Platform(self.config.architecture, self.config.os, self.config.variant)


class ImageStore:
    """The images of one store."""

    def __init__(self, layout: StorageLayout) -> None:
        self.layout = layout

    def lock(self, *, shared: bool = False) -> Lock:
        return Lock(self.layout.lock("images"), shared=shared)

    def entries(self) -> tuple[Entry, ...]:
        """Return every descriptor of the index that leads to an image, in its order: oldest first."""
        return tuple(filter(None, map(self.entry, self.index().manifests)))

    def index(self) -> Index:
        """Read index.json. Raises StorageError when it is broken."""
        try:
            return Index.from_json(jsonfile.read(self.layout.index))
        except FileNotFoundError:
            return Index(2, (), media_types.OCI_INDEX)
        except ValueError as err:
            raise self._broken_index(err) from err

    def lines(self) -> list[bytes]:
        """Return the index as its lines (index_file.py). Raises StorageError when it is broken."""
        text = self._index_text()
        try:
            return index_file.split(text) if text else []
        except ValueError as err:
            raise self._broken_index(err) from err

    def _broken_index(self, err: ValueError) -> StorageError:
        return StorageError(
            f"the index of the image store is broken: {err}",
            hint=f"restore {self.layout.index}, or remove it: the images are then to be loaded again",
        )

    def _index_text(self) -> bytes:
        try:
            return files.read_bytes(self.layout.index)
        except FileNotFoundError:
            return b""

    def mentioning(self, text: str) -> Iterator[Entry]:
        """Yield the entries whose lines in the index have a text, and those that other tools have written."""
        for line in image_lookup.with_text(self.lines(), text):
            entry = self.entry(self.descriptor(line))
            if entry is not None:
                yield entry

    def descriptor(self, line: bytes) -> Descriptor:
        """Return what a line of the index says. Raises StorageError when it is broken."""
        try:
            return index_file.understood(line)
        except ValueError as err:
            raise self._broken_index(err) from err

    def entry(self, descriptor: Descriptor) -> Entry | None:
        """Understand a descriptor; None where it leads to no image for this machine."""
        annotations = descriptor.annotations
        identity = annotations.get(IMAGE_ID, "")
        manifest = descriptor.digest
        if not identity:
            try:
                found = self._foreign(descriptor)
            except (StorageError, ValueError):
                return None
            if found is None:
                return None
            manifest, identity = found
        name = annotations.get(REF_NAME, "")
        if name and IMAGE_ID not in annotations:
            name = _normalised(name)
        return Entry(Digest.parse(identity), manifest, name, annotations.get(TAGGED, ""), descriptor)

    def _foreign(self, descriptor: Descriptor) -> tuple[Digest, str] | None:
        """Return manifest digest and image id of a descriptor that another tool wrote."""
        document = self.document(descriptor.digest)
        if media_types.is_index(descriptor.media_type) or "manifests" in document:
            chosen = Index.from_json(document).for_platform(Platform.host())
            return None if chosen is None else self._foreign(chosen)
        return descriptor.digest, str(Manifest.from_json(document).config.digest)

    def image(self, entry: Entry, entries: Iterable[Entry] = ()) -> Image:
        """Read the image of an entry; `entries` tell its other names."""
        same = [other for other in entries if other.id == entry.id] or [entry]
        manifest = Manifest.from_json(self.document(entry.manifest))
        config = ImageConfig.from_json(self.document(manifest.config.digest))
        return Image(
            entry.id,
            entry.manifest,
            manifest,
            config,
            tuple(other.name for other in same if other.name),
            tuple(dict.fromkeys(f"{repository(other.name)}@{other.manifest}" for other in same if other.name)),
            max(other.tagged for other in same),
        )

    def document(self, digest: Digest) -> dict[str, Any]:
        """Parse a blob that is a JSON object."""
        try:
            return jsonfile.loads(read_document(self.layout, digest))  # type: ignore[no-any-return]
        except ValueError as err:
            raise StorageError(f"blob {digest} of the image store is broken: {err}") from err

    def by_manifest(self, digest: Digest) -> Image:
        """Read an image that need not be listed any more: the one a container was made from."""
        manifest = Manifest.from_json(self.document(digest))
        entry = Entry(manifest.config.digest, digest, "", "", _no_descriptor(digest))
        return self.image(entry, self.same(entry.id))

    def same(self, image_id: Digest) -> tuple[Entry, ...]:
        """Return the entries of an image, in the order of the index."""
        try:
            return tuple(filter(None, map(self.entry, image_lookup.with_id(self._index_text(), str(image_id)))))
        except image_lookup.NotClear:
            return tuple(entry for entry in self.entries() if entry.id == image_id)

    def get(self, name: str) -> Image:
        """Return the image that a person means by a name, an id, the beginning of an id, or a digest.

        As for Docker a name comes before an id that begins like it. Raises NoSuchImage, AmbiguousName and
        InvalidReference.
        """
        try:
            return self.image(*self.lookup(name))
        except NoSuchImage as err:
            if not self.list_embedded([name]):
                raise no_such_image(name, self.entries()) from err
        return self.image(*self.lookup(name))

    def lookup(self, name: str) -> tuple[Entry, tuple[Entry, ...]]:
        """Return the entry that a person means, as `get` does, and all entries of its image; of listed images only.

        NoSuchImage names none that look alike: they are sought where somebody is to read of them, by `get`.
        """
        try:
            found, *same = filter(None, map(self.entry, image_lookup.find(self._index_text(), name)))
            return found, tuple(same)
        except image_lookup.Missing:
            raise NoSuchImage(name) from None
        except image_lookup.NotClear:
            pass
        entries = self.entries()
        entry = self.find(name, entries)
        return entry, tuple(other for other in entries if other.id == entry.id)

    def find(self, name: str, entries: tuple[Entry, ...]) -> Entry:
        """Return the entry of the image meant by `name`; see `get`."""
        bare = name.removeprefix("sha256:")
        if is_id(bare):
            for entry in entries:
                if bare in (entry.id.hex, entry.manifest.hex):
                    return entry
            raise no_such_image(name, entries)
        invalid = None
        if name == bare:
            try:
                if found := find_name(name, entries):
                    return found
            except InvalidReference as err:
                invalid = err
        if is_id_prefix(bare):
            return _find_prefix(name, bare, entries)
        raise invalid or no_such_image(name, entries)

    def listed(self, name: str) -> Entry:
        """Return the entry of a listed image that a person means. Raises NoSuchImage, with names that look alike."""
        try:
            return self.lookup(name)[0]
        except NoSuchImage as err:
            raise no_such_image(name, self.entries()) from err

    def list_embedded(self, names: Iterable[str]) -> bool:
        """List the embedded image if a name or id means it and no stored image; true if that was so.

        Not for holders of the store's lock: verbs that take it call this first.
        """
        from pod.storage import host_image

        wanted = [name for name in names if host_image.is_meant(name) or is_id_prefix(name.removeprefix("sha256:"))]
        if not wanted or self._lists(host_image.NAME):
            return False
        from pod.storage import host_registration

        image_id = host_registration.present().id.hex
        if not any(host_image.is_meant(name) or image_id.startswith(name.removeprefix("sha256:")) for name in wanted):
            return False
        host_registration.register(self)
        return True

    def _lists(self, name: str) -> bool:
        try:
            self.lookup(name)
            return True
        except NoSuchImage:
            return False


def _normalised(name: str) -> str:
    """Return the full form of a name that another tool wrote; one that is no reference stays as it is."""
    try:
        return str(Reference.parse(name).with_default_tag())
    except InvalidReference:
        return name


def _no_descriptor(digest: Digest) -> Descriptor:
    return Descriptor(media_types.OCI_MANIFEST, digest, 0)


def find_name(name: str, entries: tuple[Entry, ...]) -> Entry | None:
    """Return the entry with that name: Docker's meaning of it first, then Podman's localhost/NAME."""
    reference = Reference.parse(name)
    candidates = [reference]
    if not names_registry(name):
        candidates.append(reference.on_localhost())
    for candidate in candidates:
        if candidate.digest is not None:
            pulled_by = f"{candidate.name}@{candidate.digest}"  # an index's, of which we have one manifest
            for entry in entries:
                by_manifest = entry.manifest == candidate.digest and repository(entry.name) == candidate.name
                if by_manifest or entry.name == pulled_by:
                    return entry
            continue
        wanted = str(candidate.with_default_tag())
        for entry in entries:
            if entry.name == wanted:
                return entry
    return None


def _find_prefix(name: str, prefix: str, entries: tuple[Entry, ...]) -> Entry:
    found = {entry.id: entry for entry in entries if entry.id.hex.startswith(prefix)}
    if len(found) > 1:
        raise AmbiguousName("image", name, tuple(digest.short for digest in found))
    if not found:
        raise no_such_image(name, entries)
    return next(iter(found.values()))


def familiar(name: str) -> str:
    """Return a stored name as Docker prints it: busybox:latest for docker.io/library/busybox:latest."""
    try:
        return Reference.parse(name).familiar
    except InvalidReference:
        return name


def repository(name: str) -> str:
    """Return a stored name without its tag and digest."""
    head = name.partition("@")[0]
    start, colon, tail = head.rpartition(":")
    return start if colon and "/" not in tail else head


def no_such_image(name: str, entries: Iterable[Entry]) -> NoSuchImage:
    """Return the error for an unknown image, with the names that look like it as the hint."""
    import difflib

    known = [familiar(entry.name) for entry in entries if entry.name]
    spellings = {spelling: shown for shown in reversed(known) for spelling in (shown, repository(shown))}
    near: dict[str, None] = {}
    for wanted in (name, repository(name)):
        near |= dict.fromkeys(spellings[match] for match in difflib.get_close_matches(wanted, spellings, 3, 0.7))
    if near:
        return NoSuchImage(name, hint=f"did you mean {' or '.join(list(near)[:3])}?")
    return NoSuchImage(name)
