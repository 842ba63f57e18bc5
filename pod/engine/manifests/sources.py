"""From what a person calls an image to the entries that a manifest list gets for it: from the store or a registry."""

from __future__ import annotations

from pod.engine.images.remote_image import look_up
from pod.engine.manifests import lists
from pod.errors import InvalidReference, NoSuchImage, RegistryError
from pod.linux import jsonfile
from pod.oci import media_types
from pod.oci.manifest import Descriptor, Index
from pod.oci.platform import Platform
from pod.record import Record
from pod.registry.access import Access
from pod.storage.documents import read_document
from pod.storage.images import ImageStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.oci.digest import Digest
    from pod.oci.reference import Reference
    from pod.registry.options import RegistryOptions
    from pod.registry.repository import Repository
    from pod.storage.images import Image

_LOCAL = "containers-storage:"
_REMOTE = "docker://"


class Found(Record):
    """Entries for a list, and for those that are on a registry the repository (registry/path)."""

    entries: tuple[Descriptor, ...]
    repository: str = ""

    @property
    def sources(self) -> dict[Digest, str]:
        return {entry.digest: self.repository for entry in self.entries} if self.repository else {}


def find(store: ImageStore, text: str, options: RegistryOptions, *, all: bool) -> Found:
    """Return what a name leads to: in the store first, then on a registry, unless a transport says which.

    Of a list that is the image for this machine, with `all` everything in it. Raises NoSuchImage, RegistryError.
    """
    name = text.removeprefix(_LOCAL).removeprefix(_REMOTE)
    if not text.startswith(_REMOTE):
        try:
            return _stored(store, name, all=all)
        except NoSuchImage:
            if text.startswith(_LOCAL):
                raise
    return _on_registry(name, Access(options), all=all)


def _stored(store: ImageStore, name: str, *, all: bool) -> Found:
    known = lists.find_or_none(store, name) if all else None
    if known is not None:
        return Found(known.index.manifests)
    return Found((stored_entry(store, store.get(name)),))


def stored_entry(store: ImageStore, image: Image) -> Descriptor:
    """Return the entry for an image of the store."""
    media_type = image.manifest.media_type or media_types.OCI_MANIFEST
    size = len(read_document(store.layout, image.digest))
    return Descriptor(media_type, image.digest, size, Platform.of(image.config))


def _on_registry(name: str, access: Access, *, all: bool) -> Found:
    failures: list[RegistryError] = []
    for reference in access.conf.meaning(name).candidates:
        for repository in access.sources(reference):
            try:
                return Found(_fetched(repository, reference, all=all), repository.shown)
            except RegistryError as err:
                failures.append(err)
    if len(failures) == 1:
        raise failures[0]
    raise RegistryError("; ".join(err.message for err in failures), hint=next((e.hint for e in failures if e.hint), ""))


def _fetched(repository: Repository, reference: Reference, *, all: bool) -> tuple[Descriptor, ...]:
    wanted = str(reference.digest or reference.tag)
    top = repository.manifest(wanted)
    if media_types.is_index(top.media_type):
        if all:
            return _index(top.data, repository, wanted).manifests
    elif not _is_image(top.data):
        return (Descriptor(top.media_type, top.digest, len(top.data)),)
    else:
        config = look_up(repository, wanted, None).config
        return (Descriptor(top.media_type, top.digest, len(top.data), Platform.of(config)),)
    image = look_up(repository, wanted, None)
    return (image.descriptor.replace(platform=Platform.of(image.config)),)


def _index(data: bytes, repository: Repository, wanted: str) -> Index:
    try:
        return Index.from_json(jsonfile.loads(data))
    except ValueError as err:
        raise RegistryError(f"cannot read {repository.shown}:{wanted}: broken index: {err}") from err


def _is_image(data: bytes) -> bool:
    config = jsonfile.loads(data).get("config") or {}
    return config.get("mediaType") in (media_types.OCI_CONFIG, media_types.DOCKER_CONFIG)


def digest_in(list_: lists.ManifestList, text: str, store: ImageStore, options: RegistryOptions) -> Digest:
    """Return the digest of the entry of a list that a digest, or the name of an image, means. Raises NoSuchImage."""
    digests = [entry.digest for entry in list_.index.manifests]
    by_text = [digest for digest in digests if text.removeprefix("sha256:") == digest.hex]
    if by_text:
        return by_text[0]
    if ":" not in text.removeprefix("sha256:") or not text.startswith("sha256:"):
        try:
            for entry in find(store, text, options, all=False).entries:
                if entry.digest in digests:
                    return entry.digest
        except (NoSuchImage, RegistryError, InvalidReference):
            pass
    known = ", ".join(map(str, digests)) or "nothing"
    raise NoSuchImage(f"{text} in the manifest list {list_.name}", hint=f"it has {known}")
