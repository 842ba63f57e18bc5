"""Where images are kept, as skopeo and Podman write it: TRANSPORT:PATH[:NAME] (containers-transports(5))."""

from __future__ import annotations

from pod.errors import InvalidReference
from pod.record import Record

DOCKER, STORAGE, DIR = "docker", "containers-storage", "dir"
OCI, OCI_ARCHIVE, DOCKER_ARCHIVE = "oci", "oci-archive", "docker-archive"
ARCHIVES = (OCI, OCI_ARCHIVE, DOCKER_ARCHIVE, DIR)
_FOREIGN = {
    "docker-daemon": "pipe it: docker save NAME | pod load",
    "ostree": "skopeo reads it",
    "sif": "skopeo reads it",
    "tarball": "pod import makes an image of a root filesystem",
}


class Place(Record):
    """One place: a registry or the store with an image's name, or a file or folder and the name of an image in it."""

    transport: str
    path: str = ""
    name: str = ""

    def __str__(self) -> str:
        if self.transport == DOCKER:
            return f"docker://{self.name}"
        return ":".join(part for part in (self.transport, self.path, self.name) if part)


def parse(text: str) -> Place | None:
    """Read a place; None where the text names no transport, as most names of images. Raises InvalidReference."""
    transport, colon, rest = text.partition(":")
    if transport in _FOREIGN and colon:
        raise InvalidReference(f"pod does not read {transport}: images", hint=_FOREIGN[transport])
    if not colon or transport not in (DOCKER, STORAGE, *ARCHIVES):
        return None
    if transport == DOCKER:
        if not rest.startswith("//"):
            return None  # an image called docker, with a tag
        return Place(DOCKER, name=rest[2:])
    if not rest:
        raise InvalidReference(f"{text} says no place", hint=f"write it {transport}:PATH")
    if transport == STORAGE:
        if rest.startswith("["):
            raise InvalidReference(f"{text} names a store of another tool", hint="choose a store with pod --root")
        return Place(STORAGE, name=rest)
    if transport == DIR:
        return Place(DIR, rest)
    path, _, name = rest.partition(":")
    if not path:
        raise InvalidReference(f"{text} names no file", hint=f"write it {transport}:PATH[:NAME]")
    return Place(transport, path, name)


def need(text: str) -> Place:
    """Read a place. Raises InvalidReference where the text names no transport."""
    place = parse(text)
    if place is None:
        known = ", ".join(("docker://", *(f"{name}:" for name in (*ARCHIVES, STORAGE))))
        raise InvalidReference(f"{text!r:.200} does not say where the image is", hint=f"it begins with one of {known}")
    return place
