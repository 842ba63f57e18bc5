"""Pushing to a repository: blobs in chunks, continued after interruptions, and manifests.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#push
"""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from pod.errors import NoSuchManifest, NotAuthorized, RegistryError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    import requests

    from pod.oci.digest import Digest
    from pod.registry.repository import Repository

    Read = Callable[[int, int], bytes]
    """`read(size, offset)` gives the bytes of a blob, as os.pread does."""

CHUNK = 64 << 20  # bytes in one request; what a broken connection loses is less: registries keep what came
_WHOLE = 1 << 20  # up to here a blob goes in one request
_PIECE = 1 << 20  # bytes in memory
_OUT_OF_STEP = 416
_BYTES = {"Content-Type": "application/octet-stream"}


class Uploads:
    """What may be written to a repository."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._connection = repository.connection
        self.address = f"/v2/{repository.path}/blobs/uploads/"

    def has_blob(self, digest: Digest) -> bool:
        what = f"cannot push to {self._repository.shown}"
        path = f"/v2/{self._repository.path}/blobs/{digest}"
        return self.request("HEAD", path, (200, 404), what).status_code == 200

    def check(self, digest: Digest) -> None:
        """Raise what the registry has against a push, before any work is done; a blob that may be there serves to ask.

        An answer to HEAD has no body: the registry's own words come with the beginning of an upload.
        """
        try:
            self.has_blob(digest)
        except NotAuthorized:
            what = f"cannot push to {self._repository.shown}"
            response = self.request("POST", self.address, (202,), what)
            self._cancel(self.location(response, self.address, what), what)

    def _cancel(self, location: str, what: str) -> None:
        self.request("DELETE", location, (200, 202, 204, 404, 405), what)

    def mount_blob(self, digest: Digest, source: str) -> bool:
        """Have a blob taken over from another repository of the registry; false where that cannot be."""
        what = self.what(digest)
        query = f"{self.address}?mount={digest}&from={source}"
        scope = f"{self._scope()} repository:{source}:pull"
        try:
            response = self._connection.request("POST", query, (201, 202, 404), what, scope=scope)
            if response.status_code == 202:  # an upload was begun in its stead, which nobody wants
                self._cancel(self.location(response, query, what), what)
        except NotAuthorized:  # to see the other repository
            return False
        return response.status_code == 201

    def put_blob(self, digest: Digest, size: int, read: Read, progress: Callable[[int], None]) -> None:
        """Upload a blob, going on after interruptions where the registry has got to. Raises RegistryError."""
        upload = _Upload(self, digest, size, _Body(read, progress))
        failures = furthest = 0
        while True:
            try:
                return upload.run()
            except RegistryError as err:
                failures += 1
                if not upload.may_go_on(err) or failures >= self._connection.attempts:
                    raise
            self._connection.pause(failures - 1)
            if self.has_blob(digest):
                return None  # what got lost was the answer
            upload.find_out()
            if upload.reached > furthest:
                failures, furthest = 0, upload.reached

    def put_manifest(self, reference: str, data: bytes, media_type: str) -> None:
        """Upload a manifest under a tag or its digest. Raises RegistryError."""
        what = f"cannot push {self._repository.shown}{'@' if reference.startswith('sha256:') else ':'}{reference}"
        path = f"/v2/{self._repository.path}/manifests/{reference}"
        self.request("PUT", path, (200, 201, 202), what, data=data, headers={"Content-Type": media_type})

    def what(self, digest: Digest) -> str:
        return f"cannot push blob {digest.short} to {self._repository.shown}"

    def location(self, response: requests.Response, before: str, what: str) -> str:
        """Return where the upload goes on: registries may change the address with every answer."""
        found = response.headers.get("Location", "")
        if not found and before.partition("?")[0] == self.address:
            raise RegistryError(f"{what}: the registry does not say where to upload to")
        return urljoin(response.url, found) if found else before

    def _scope(self) -> str:
        return f"repository:{self._repository.path}:pull,push"

    def request(self, method: str, path: str, accepted: tuple[int, ...], what: str, **more: Any) -> requests.Response:
        return self._connection.request(method, path, accepted, what, scope=self._scope(), **more)


class _Upload:
    """One blob on its way to a registry."""

    def __init__(self, uploads: Uploads, digest: Digest, size: int, body: _Body) -> None:
        self._uploads = uploads
        self._digest = digest
        self._size = size
        self._body = body
        self._what = uploads.what(digest)
        self._location = ""
        self.reached = 0  # bytes that the registry has for certain

    def run(self) -> None:
        """Send what is missing: in parts, or all at once where that is little."""
        if not self._location:
            begun = self._uploads.request("POST", self._uploads.address, (202,), self._what)
            self._location = self._uploads.location(begun, self._uploads.address, self._what)
        whole = self._size <= _WHOLE
        while not whole and self.reached < self._size:
            self._patch(self._body.part(self.reached, min(CHUNK, self._size - self.reached)))
        separator = "&" if urlsplit(self._location).query else "?"
        path = f"{self._location}{separator}digest={self._digest}"
        data: Any = self._body.part(0, self._size) if whole and self._size else b""
        self._uploads.request("PUT", path, (201, 204), self._what, data=data, headers=_BYTES, repeat=False)

    def _patch(self, part: _Part) -> None:
        headers = {**_BYTES, "Content-Range": f"{part.start}-{part.end - 1}"}
        response = self._uploads.request(
            "PATCH", self._location, (202, _OUT_OF_STEP), self._what, data=part, headers=headers, repeat=False
        )
        if response.status_code == _OUT_OF_STEP:
            raise RegistryError(f"{self._what}: the registry has lost track of what it was sent", temporary=True)
        self._location = self._uploads.location(response, self._location, self._what)
        self.reached = part.end

    def may_go_on(self, err: RegistryError) -> bool:
        """True where another attempt may do better: also with an upload that the registry knows no more."""
        return err.temporary or (isinstance(err, NoSuchManifest) and bool(self._location))

    def find_out(self) -> None:
        """Ask how far the upload got; begin a new one where that cannot be told."""
        location, self._location, self.reached = self._location, "", 0
        if not location or self._size <= _WHOLE:
            return
        try:
            response = self._uploads.request("GET", location, (200, 204), self._what)
        except NoSuchManifest:
            return
        self._location = self._uploads.location(response, location, self._what)
        last = response.headers.get("Range", "").rpartition("-")[2]
        self.reached = int(last) + 1 if last.isdecimal() and last != "0" else 0  # 0-0 is what nothing is called
        if self.reached > self._size:
            raise RegistryError(f"{self._what}: the registry says that it has more than there is")


class _Body:
    """The bytes of a blob as they are sent; progress is told once for every byte, however often it is sent."""

    def __init__(self, read: Read, progress: Callable[[int], None]) -> None:
        self._read = read
        self._progress = progress
        self._told = 0

    def part(self, start: int, size: int) -> _Part:
        return _Part(self, start, start + size)

    def read(self, size: int, offset: int) -> bytes:
        data = self._read(size, offset)
        if offset + len(data) > self._told:
            self._progress(offset + len(data) - self._told)
            self._told = offset + len(data)
        return data


class _Part:
    """A part of a blob as the HTTP library wants it: something with a length that is read piece by piece."""

    def __init__(self, body: _Body, start: int, end: int) -> None:
        self.start = start
        self.end = end
        self._body = body
        self._at = start

    def __len__(self) -> int:
        return self.end - self.start

    def __iter__(self) -> Iterator[bytes]:
        while data := self.read(_PIECE):
            yield data

    def read(self, size: int = _PIECE) -> bytes:
        """Return the next bytes: more than the library asks for, whose pieces of 16 KiB cost time."""
        data = self._body.read(min(max(size, _PIECE), self.end - self._at), self._at) if self._at < self.end else b""
        self._at += len(data)
        return data

    def seek(self, offset: int) -> None:
        self._at = self.start + offset
