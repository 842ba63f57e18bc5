"""Pushing to a repository: blobs in chunks, continued after interruptions, and manifests.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#push
"""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from pod.errors import RegistryError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    import requests

    from pod.oci.digest import Digest
    from pod.registry.repository import Repository

CHUNK = 8 << 20  # bytes in memory at a time


class Uploads:
    """What may be written to a repository."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._connection = repository.connection

    def has_blob(self, digest: Digest) -> bool:
        what = f"cannot look for blob {digest.short} in {self._repository.shown}"
        path = f"/v2/{self._repository.path}/blobs/{digest}"
        return self._request("HEAD", path, (200, 404), what).status_code == 200

    def put_blob(
        self,
        digest: Digest,
        size: int,
        read: Callable[[int, int], bytes],
        progress: Callable[[int], None],
        *,
        mount_from: str = "",
    ) -> None:
        """Upload a blob, or have it mounted from another repository; `read(size, offset)` gives its bytes.

        Raises RegistryError.
        """
        what = f"cannot push blob {digest.short} to {self._repository.shown}"
        location = self._begin(digest, mount_from, what)
        if not location:
            progress(size)
            return
        offset = failures = 0
        while offset < size:
            chunk = read(CHUNK, offset)
            try:
                response = self._patch(location, chunk, offset, what)
                reached = offset + len(chunk)
            except RegistryError as err:
                failures += 1
                if not err.temporary or failures >= self._connection.attempts:
                    raise
                self._connection.pause(failures)
                response = self._request("GET", location, (204,), what)
                reached = _end(response, offset)
            if reached > offset:
                progress(reached - offset)
            offset = reached
            location = self._location(response, location, what)
        separator = "&" if urlsplit(location).query else "?"
        self._request("PUT", f"{location}{separator}digest={digest}", (201, 204), what, data=b"")

    def put_manifest(self, reference: str, data: bytes, media_type: str) -> None:
        """Upload a manifest under a tag or its digest. Raises RegistryError."""
        what = f"cannot push {self._repository.shown}:{reference}"
        path = f"/v2/{self._repository.path}/manifests/{reference}"
        self._request("PUT", path, (200, 201, 202), what, data=data, headers={"Content-Type": media_type})

    def _begin(self, digest: Digest, mount_from: str, what: str) -> str:
        """Return where to upload to, "" where the registry mounted the blob."""
        path = f"/v2/{self._repository.path}/blobs/uploads/"
        if mount_from:
            scope = f"{self._scope()} repository:{mount_from}:pull"
            query = f"{path}?mount={digest}&from={mount_from}"
            response = self._connection.request("POST", query, (201, 202), what, scope=scope)
            if response.status_code == 201:
                return ""
        else:
            response = self._request("POST", path, (202,), what)
        return self._location(response, path, what)

    def _patch(self, location: str, chunk: bytes, offset: int, what: str) -> requests.Response:
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Range": f"{offset}-{offset + len(chunk) - 1}",
        }
        return self._request("PATCH", location, (202,), what, data=chunk, headers=headers, repeat=False)

    def _location(self, response: requests.Response, before: str, what: str) -> str:
        """Return where the upload goes on: registries may change the address with every answer."""
        found = response.headers.get("Location", "")
        if not found and "uploads/" not in before:
            raise RegistryError(f"{what}: the registry does not say where to upload to")
        return urljoin(response.url, found) if found else before

    def _scope(self) -> str:
        return f"repository:{self._repository.path}:pull,push"

    def _request(self, method: str, path: str, accepted: tuple[int, ...], what: str, **more: Any) -> requests.Response:
        return self._connection.request(method, path, accepted, what, scope=self._scope(), **more)


def _end(response: requests.Response, offset: int) -> int:
    """Return how far an upload got, from the header `Range: 0-LAST`."""
    last = response.headers.get("Range", "").rpartition("-")[2]
    return int(last) + 1 if last.isdecimal() and int(last) + 1 >= offset else offset
