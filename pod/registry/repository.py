"""One repository of a registry: manifests, blobs and tags (https://github.com/opencontainers/distribution-spec)."""

from __future__ import annotations

import difflib
import hashlib
import json

from pod.errors import DigestMismatch, NoSuchManifest, RegistryError
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.record import Record
from pod.registry.connection import printable, read_bounded
from pod.registry.pace import Body
from pod.registry.session import translated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import requests

    from pod.registry.connection import Connection

MANIFEST_LIMIT = 4 << 20  # bytes, as the specification recommends
_TAGS_LIMIT = 4 << 20
_ACCEPT = ", ".join(
    (media_types.OCI_MANIFEST, media_types.OCI_INDEX, media_types.DOCKER_MANIFEST, media_types.DOCKER_LIST)
)


class FetchedManifest(Record):
    """A manifest or an index as the registry gave it."""

    data: bytes
    media_type: str
    digest: Digest


class BlobStream:
    """A blob on its way, from `offset` on."""

    def __init__(self, response: requests.Response, offset: int, what: str, host: str) -> None:
        self._response = response
        self._body = Body(response, what, host)
        self.offset = offset
        self._what = what
        self._host = host

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, b"" at the end. Raises RegistryError where the connection breaks."""
        with translated(self._what, self._host):
            return self._body.read(size)

    def close(self) -> None:
        self._response.close()


class Repository:
    """A repository, reached over a connection."""

    def __init__(self, connection: Connection, path: str) -> None:
        self.connection = connection
        self.path = path
        self.shown = f"{connection.host}/{path}"

    def manifest(self, reference: str, *, size: int = 0) -> FetchedManifest:
        """Fetch the manifest of a tag or digest, verified where it is a digest. Raises RegistryError."""
        separator = "@" if reference.startswith("sha256:") else ":"
        what = f"cannot pull {self.shown}{separator}{reference}"
        try:
            response = self._get(f"manifests/{reference}", what, {"Accept": _ACCEPT})
        except NoSuchManifest as err:
            raise self._explained(err, what, reference) from None
        data = read_bounded(response, size or MANIFEST_LIMIT, what, self.connection.host)
        digest = Digest(hashlib.sha256(data).hexdigest())
        promised = reference if separator == "@" else response.headers.get("Docker-Content-Digest", "")
        if promised.startswith("sha256:") and promised != str(digest):
            raise DigestMismatch(f"the manifest of {self.shown}{separator}{reference}", promised, str(digest))
        return FetchedManifest(data, _media_type(data, response.headers.get("Content-Type", ""), what), digest)

    def head(self, reference: str) -> Digest | None:
        """Return the digest that a tag has on the registry, None where it has none."""
        what = f"cannot look up {self.shown}:{reference}"
        path = f"manifests/{reference}"
        response = self._request("HEAD", path, (200, 404), what, {"Accept": _ACCEPT})
        found = response.headers.get("Docker-Content-Digest", "")
        return Digest.parse(found) if response.status_code == 200 and found else None

    def blob(self, digest: Digest, offset: int = 0) -> BlobStream:
        """Open a blob, from `offset` on where the registry can do that (else the stream begins at 0)."""
        what = f"cannot pull blob {digest.short} of {self.shown}"
        headers = {"Range": f"bytes={offset}-"} if offset else {}
        response = self._get(f"blobs/{digest}", what, headers, accepted=(200, 206, 416))
        if response.status_code == 416 or (response.status_code == 206 and not _begins_at(response, offset)):
            response.close()
            offset = 0
            response = self._get(f"blobs/{digest}", what, {})
        return BlobStream(response, offset if response.status_code == 206 else 0, what, self.connection.host)

    def small_blob(self, digest: Digest, size: int) -> bytes:
        """Return a blob of a known, small size, verified."""
        what = f"cannot pull blob {digest.short} of {self.shown}"
        data = read_bounded(self._get(f"blobs/{digest}", what, {}), size, what, self.connection.host)
        found = Digest(hashlib.sha256(data).hexdigest())
        if found != digest:
            raise DigestMismatch(f"blob {digest.short} of {self.shown}", str(digest), str(found))
        return data

    def tags(self) -> list[str]:
        """Return every tag of the repository, sorted."""
        what = f"cannot list the tags of {self.shown}"
        path = f"/v2/{self.path}/tags/list?n=1000"
        found: list[str] = []
        for _ in range(1000):
            response = self.connection.request("GET", path, (200,), what, scope=self._scope(), stream=True)
            document = json.loads(read_bounded(response, _TAGS_LIMIT, what, self.connection.host) or b"{}")
            found += map(printable, filter(None, map(str, document.get("tags") or ())))
            path = response.links.get("next", {}).get("url", "")
            if not path:
                break
        return sorted(set(found))

    def _scope(self, actions: str = "pull") -> str:
        return f"repository:{self.path}:{actions}"

    def _get(
        self, path: str, what: str, headers: dict[str, str], accepted: tuple[int, ...] = (200,)
    ) -> requests.Response:
        return self._request("GET", path, accepted, what, headers)

    def _request(
        self, method: str, path: str, accepted: tuple[int, ...], what: str, headers: dict[str, str]
    ) -> requests.Response:
        return self.connection.request(
            method, f"/v2/{self.path}/{path}", accepted, what, scope=self._scope(), headers=headers, stream=True
        )

    def _explained(self, err: NoSuchManifest, what: str, reference: str) -> NoSuchManifest:
        """Say whether the tag or the whole repository is missing, with the tags that are near."""
        try:
            tags = self.tags()
        except (RegistryError, ValueError):
            return NoSuchManifest(f"{what}: the registry {self.connection.host} has no such repository or tag")
        near = difflib.get_close_matches(reference, tags, 5, 0.4) or tags[:5]
        hint = f"it has {', '.join(near)}" + (f" and {len(tags) - len(near)} more" if len(tags) > len(near) else "")
        kind = "digest" if reference.startswith("sha256:") else "tag"
        return NoSuchManifest(f"{what}: the repository has no such {kind}", hint=hint if near else err.hint)


def _begins_at(response: requests.Response, offset: int) -> bool:
    return response.headers.get("Content-Range", "").startswith(f"bytes {offset}-")


def _media_type(data: bytes, header: str, what: str) -> str:
    """Return the type of a manifest: what it says itself, else what the header says."""
    try:
        document: Any = json.loads(data)
    except ValueError:
        raise RegistryError(f"{what}: the manifest is no JSON document") from None
    if not isinstance(document, dict):
        raise RegistryError(f"{what}: the manifest is no JSON object")
    if document.get("schemaVersion") == 1:
        raise RegistryError(
            f"{what}: the image has a manifest of schema 1, which is obsolete",
            hint="have it pushed again by a newer engine",
        )
    media_type = document.get("mediaType") or header.partition(";")[0].strip()
    if media_types.is_index(media_type) or media_types.is_manifest(media_type):
        return str(media_type)
    if "manifests" in document:
        return media_types.OCI_INDEX
    if "layers" in document:
        return media_types.OCI_MANIFEST
    raise RegistryError(f"{what}: it is a {media_type or 'document of no known type'}, not an image")
