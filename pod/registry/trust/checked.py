"""An image as a policy looks at it: where it is from, what it is called, and what signatures there are for it."""

from __future__ import annotations

import os

from pod.oci import transports
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.oci.digest import Digest
    from pod.oci.reference import Reference


class SigstoreSignature(Record):
    """What cosign attaches: the signed bytes, and their signature in base64."""

    payload: bytes
    signature: str


def _none() -> list[bytes]:
    return []


def _none_attached() -> list[SigstoreSignature]:
    return []


class CheckedImage(Record):
    """An image that is about to be used. Signatures are fetched when a requirement asks for them."""

    shown: str
    transport: str
    scopes: tuple[str, ...]  # the most exact first
    digest: Digest  # of the manifest
    reference: Reference | None = None
    simple: Callable[[], list[bytes]] = _none
    attached: Callable[[], list[SigstoreSignature]] = _none_attached


def docker_scopes(reference: Reference) -> tuple[str, ...]:
    """Return the scopes of an image on a registry: itself, its repository, those above, the host, wildcards."""
    scopes = [f"{reference.name}@{reference.digest}" if reference.digest else f"{reference.name}:{reference.tag}"]
    parts = reference.name.split("/")
    scopes += ["/".join(parts[:length]) for length in range(len(parts), 0, -1)]
    host = reference.registry.partition(":")[0]
    while "." in host:
        host = host.partition(".")[2]
        scopes.append(f"*.{host}")
    return tuple(scopes)


def path_scopes(transport: str, path: str) -> tuple[str, ...]:
    """Return the scopes of an archive or a folder: its path and the folders above; a docker-archive has none."""
    if transport == transports.DOCKER_ARCHIVE:
        return ()
    scopes = []
    path = os.path.realpath(path)
    while path.strip("/"):
        scopes.append(path)
        path = os.path.dirname(path)
    return tuple(scopes)
