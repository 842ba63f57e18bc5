"""What may be changed of a manifest list: entries added, described and taken away."""

from __future__ import annotations

from pod.oci.digest import Digest
from pod.oci.platform import Platform
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pod.engine.manifests.lists import ManifestList
    from pod.oci.manifest import Descriptor


class Description(Record):
    """What a person says of an entry; "" and () leave what there is."""

    annotations: dict[str, str] = {}
    architecture: str = ""
    os: str = ""
    variant: str = ""
    os_version: str = ""
    os_features: tuple[str, ...] = ()
    features: tuple[str, ...] = ()

    def apply(self, entry: Descriptor) -> Descriptor:
        """Return the entry with what is said here."""
        annotations = {**entry.annotations, **self.annotations}
        said = {name: value for name, value in self.__dict__.items() if name != "annotations" and value}
        if not said:
            return entry.replace(annotations=annotations)
        host = Platform.host()
        platform = entry.platform or Platform(host.architecture, host.os)
        return entry.replace(annotations=annotations, platform=platform.replace(**said))


def add(list_: ManifestList, entries: Iterable[Descriptor], sources: dict[Digest, str]) -> ManifestList:
    """Return the list with further entries; one that it has already takes the new one's place."""
    new = {entry.digest: entry for entry in entries}
    kept = tuple(new.pop(entry.digest, entry) for entry in list_.index.manifests)
    manifests = (*kept, *new.values())
    return list_.replace(index=list_.index.replace(manifests=manifests), sources={**list_.sources, **sources})


def describe(list_: ManifestList, digest: Digest, description: Description) -> ManifestList:
    """Return the list with one entry described anew."""
    manifests = tuple(description.apply(entry) if entry.digest == digest else entry for entry in list_.index.manifests)
    return list_.replace(index=list_.index.replace(manifests=manifests))


def describe_list(list_: ManifestList, annotations: dict[str, str], subject: Descriptor | None) -> ManifestList:
    """Return the list with annotations of its own, and what it is about."""
    index = list_.index.replace(annotations={**list_.index.annotations, **annotations})
    if subject is not None:
        about = {"mediaType": subject.media_type, "digest": str(subject.digest), "size": subject.size}
        index = index.replace(unknown={**index.unknown, "subject": about})
    return list_.replace(index=index)


def remove(list_: ManifestList, digest: Digest) -> ManifestList:
    """Return the list without an entry."""
    manifests = tuple(entry for entry in list_.index.manifests if entry.digest != digest)
    return list_.replace(index=list_.index.replace(manifests=manifests))
