"""The manifest lists of the store: indexes under a name in index.json, whose images may be here or on a registry.

A list with an image for this machine is at the same time that image under the list's name, as an index that another
tool has written: what reads images need not know of lists.
"""

from __future__ import annotations

from pod.engine.images import garbage
from pod.engine.manifests import documents
from pod.errors import InvalidReference, NameTaken, NotFound
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.manifest import REF_NAME, Descriptor, Index
from pod.oci.reference import Reference, names_registry
from pod.record import Record
from pod.storage import image_lookup
from pod.storage.blobs import BlobStaging
from pod.storage.image_changes import ImageChanges
from pod.storage.images import ImageStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pod.engine.engine import Engine

SOURCE = "pod.manifest.source."  # in our own index: the repository of an image that is not here, after its digest


class ManifestList(Record):
    """A list of the store. `sources` has the repositories of what is only on a registry, by digest."""

    name: str
    digest: Digest
    index: Index
    sources: dict[Digest, str] = {}


def find(store: ImageStore, text: str) -> ManifestList:
    """Return the list that a person means by a name or the digest of the list. Raises NotFound."""
    found = find_or_none(store, text)
    if found is None:
        raise NotFound(f"no such manifest list: {text}", hint=f"`pod manifest create {text}` makes one")
    return found


def find_or_none(store: ImageStore, text: str) -> ManifestList | None:
    """The same, None where there is none."""
    wanted = _spellings(text)
    for line in store.lines():
        if image_lookup.is_ours(line):  # an image's
            continue
        descriptor = store.descriptor(line)
        if not media_types.is_index(descriptor.media_type):
            continue
        name = descriptor.annotations.get(REF_NAME, "")
        if name in wanted or text.removeprefix("sha256:") == descriptor.digest.hex:
            index = Index.from_json(store.document(descriptor.digest))
            return ManifestList(name, descriptor.digest, index, _sources(descriptor))
    return None


def create(engine: Engine, text: str, annotations: dict[str, str], *, amend: bool) -> ManifestList:
    """Make an empty list, or return the one that there is. Raises NameTaken, InvalidReference."""
    store = ImageStore(engine.layout)
    known = find_or_none(store, text)
    if known is not None and amend:
        return known
    if known is not None or _is_an_images(store, text):
        kind = "a manifest list" if known is not None else "an image"
        raise NameTaken(
            f"cannot create the manifest list {text}: there is {kind} of that name",
            hint="--amend changes it" if known is not None else "choose another name",
        )
    reference = Reference.parse(text)
    if reference.digest is not None:
        raise InvalidReference(f"invalid name {text!r:.200}: a digest is computed, not given")
    new = ManifestList(str(reference.with_default_tag()), Digest("0" * 64), Index(2, (), annotations=annotations))
    return write(engine, new)


def _is_an_images(store: ImageStore, text: str) -> bool:
    """True where an image has a name that is meant."""
    return any(entry.name == name for name in _spellings(text) for entry in store.mentioning(image_lookup.quoted(name)))


def change(engine: Engine, text: str, edit: Callable[[ManifestList], ManifestList]) -> ManifestList:
    """Replace a list by what `edit` makes of it. Raises NotFound, and what `edit` raises."""
    return write(engine, edit(find(ImageStore(engine.layout), text)))


def write(engine: Engine, new: ManifestList, artifacts: Iterable[bytes] = ()) -> ManifestList:
    """Put a list into the store in the stead of the one with its name; with blobs that it needs."""
    data, media_type = documents.dump(new.index)
    engine.enter()
    with BlobStaging(engine.layout, "manifest") as staging:
        digest = staging.add_bytes(data)
        blobs = {digest, *(staging.add_bytes(blob) for blob in artifacts)}
        staging.flush(blobs)
        sources = {f"{SOURCE}{entry.hex}": repository for entry, repository in new.sources.items()}
        listed = {entry.digest for entry in new.index.manifests}
        kept = {key: value for key, value in sources.items() if Digest(key.removeprefix(SOURCE)) in listed}
        descriptor = Descriptor(media_type, digest, len(data), annotations={REF_NAME: new.name, **kept})
        with ImageChanges(ImageStore(engine.layout)) as changes:
            staging.publish(blobs)
            changes.put_list(new.name, descriptor)
    garbage.collect_quietly(engine)  # of the list that was
    return new.replace(digest=digest)


def remove(engine: Engine, text: str) -> ManifestList:
    """Take a list out of the store; its images stay as far as they have names of their own. Raises NotFound."""
    found = find(ImageStore(engine.layout), text)
    engine.enter()
    with ImageChanges(ImageStore(engine.layout)) as changes:
        changes.drop_list(found.name)
    garbage.collect_quietly(engine)
    return found


def _spellings(text: str) -> set[str]:
    """Return the full names that a typed one may mean: Docker's, and Podman's localhost/NAME."""
    try:
        reference = Reference.parse(text).with_default_tag()
    except InvalidReference:
        return set()
    if reference.digest is not None:
        return set()
    return {str(reference)} if names_registry(text) else {str(reference), str(reference.on_localhost())}


def _sources(descriptor: Descriptor) -> dict[Digest, str]:
    return {
        Digest(key.removeprefix(SOURCE)): value
        for key, value in descriptor.annotations.items()
        if key.startswith(SOURCE)
    }
