"""Files by HTTP: what ADD fetches, Dockerfiles and contexts that are URLs."""

from __future__ import annotations

import email.utils
import hashlib
import http.client
import time
import urllib.error
import urllib.request

from pod.errors import BuildError, DigestMismatch
from pod.record import Record

_TIMEOUT = 60.0
_CHUNK = 1 << 20
_LIMIT = 64 << 30


class Fetched(Record):
    """A file that was fetched: where it lies, its digest, the time that the server gives it (0: none)."""

    path: str
    digest: str  # sha256:…
    mtime_ns: int
    type: str = ""  # what the server calls it


def fetch(url: str, path: str, expected: str = "", limit: int = _LIMIT) -> Fetched:
    """Fetch a file. Raises BuildError, and DigestMismatch where it is not what `expected` (sha256:…) says."""
    name, _, wanted = expected.partition(":")
    if expected and name not in ("sha256", "sha384", "sha512"):
        raise BuildError(f"--checksum={expected:.80}: a checksum is written sha256:…")
    check = hashlib.new(name) if expected else hashlib.sha256()
    digest = hashlib.sha256()
    request = urllib.request.Request(url, headers={"User-Agent": "pod"})
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer, open(path, "wb") as file:
            size = 0
            while data := answer.read(_CHUNK):
                size += len(data)
                if size > limit:
                    raise BuildError(f"cannot fetch {url}: it is larger than {limit} bytes")
                digest.update(data)
                check.update(data)
                file.write(data)
            told = answer.headers.get("Content-Length")
            if told is not None and told.isdecimal() and int(told) != size:
                raise BuildError(f"cannot fetch {url}: the connection ended after {size} of {told} bytes")
            modified = answer.headers.get("Last-Modified", "")
            kind = answer.headers.get_content_type()
    except urllib.error.HTTPError as err:
        raise BuildError(f"cannot fetch {url}: the server answers {err.code} {err.reason}") from err
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as err:
        raise BuildError(f"cannot fetch {url}: {getattr(err, 'reason', None) or err}") from err
    if expected and check.hexdigest() != wanted:
        raise DigestMismatch(url, expected, f"{name}:{check.hexdigest()}")
    return Fetched(path, f"sha256:{digest.hexdigest()}", _mtime(modified), kind)


def _mtime(text: str) -> int:
    try:
        return int(email.utils.parsedate_to_datetime(text).timestamp()) * 1_000_000_000
    except (ValueError, TypeError):
        return int(time.time()) * 1_000_000_000
