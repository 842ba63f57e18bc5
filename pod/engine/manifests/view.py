"""`manifest inspect`: a list of the store, or what a registry has under a name."""

from __future__ import annotations

from pod.engine.manifests import lists, sources
from pod.errors import RegistryError, StorageError
from pod.linux import jsonfile
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.registry.access import Access
from pod.storage.images import ImageStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.engine.engine import Engine
    from pod.oci.reference import Reference
    from pod.registry.options import RegistryOptions
    from pod.registry.repository import FetchedManifest, Repository


def plain(engine: Engine, name: str, image: str, options: RegistryOptions) -> Any:
    """Return the document of a list, or with `image` that of a manifest in it. Raises NotFound, RegistryError."""
    store = ImageStore(engine.layout)
    known = lists.find_or_none(store, name)
    if known is None:
        _, _, fetched = _fetch(image or name, options)
        return jsonfile.loads(fetched.data)
    if not image:
        return store.document(known.digest)
    return _document(store, known, sources.digest_in(known, image, store, options), options)


def verbose(engine: Engine, name: str, image: str, options: RegistryOptions) -> Any:
    """Return Docker's long form: for each manifest where it is, its descriptor, and the manifest itself."""
    store = ImageStore(engine.layout)
    known = lists.find_or_none(store, name)
    if known is not None:
        return [
            _long(known.name, entry.to_json(), _document(store, known, entry.digest, options))
            for entry in known.index.manifests
        ]
    reference, repository, fetched = _fetch(image or name, options)
    document = jsonfile.loads(fetched.data)
    if not media_types.is_index(fetched.media_type):
        descriptor = {"mediaType": fetched.media_type, "digest": str(fetched.digest), "size": len(fetched.data)}
        return _long(str(reference), descriptor, document)
    found = []
    for entry in document.get("manifests") or ():
        inner = repository.manifest(str(Digest.parse(entry["digest"])), size=int(entry["size"]))
        found.append(_long(str(reference), entry, jsonfile.loads(inner.data)))
    return found


def _long(reference: str, descriptor: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    kind = "OCIManifest" if media_types.is_oci(descriptor.get("mediaType", "")) else "SchemaV2Manifest"
    return {"Ref": f"{reference}@{descriptor['digest']}", "Descriptor": descriptor, kind: document}


def _document(store: ImageStore, known: lists.ManifestList, digest: Digest, options: RegistryOptions) -> Any:
    """Return a manifest of a list, from where it is."""
    try:
        return store.document(digest)
    except StorageError:
        if digest not in known.sources:
            raise
    return jsonfile.loads(Access(options).repository(known.sources[digest]).manifest(str(digest)).data)


def _fetch(name: str, options: RegistryOptions) -> tuple[Reference, Repository, FetchedManifest]:
    """Return what the first registry has that has it."""
    access = Access(options)
    failure: RegistryError | None = None
    for reference in access.conf.meaning(name.removeprefix("docker://")).candidates:
        for repository in access.sources(reference):
            try:
                return reference, repository, repository.manifest(str(reference.digest or reference.tag))
            except RegistryError as err:
                failure = failure or err
    assert failure is not None, "every name leads to a registry"
    raise failure
