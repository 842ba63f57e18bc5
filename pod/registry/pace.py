"""The body of an answer, read with an end in sight: a server may be slow, but not for ever.

A time-out of a socket ends a silence, not a trickle: a byte a minute would keep us waiting for years.
"""

from __future__ import annotations

import time

from pod.errors import RegistryError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import requests

_PATIENCE = 60.0  # seconds in which a body may be as slow as it likes
_SLOWEST = 1024  # bytes a second, on the average since the body began


class Body:
    """What a server sends, as far as it keeps up a pace that will come to an end."""

    def __init__(self, response: requests.Response, what: str, host: str) -> None:
        raw = response.raw
        # read1 gives what has come; read would wait for all that is asked for (and urllib3 1.26 has nothing else)
        self._read = raw.read1 if hasattr(raw, "read1") else raw.read
        self._what = what
        self._host = host
        self._since = time.monotonic()
        self._size = 0

    def read(self, size: int, *, decode: bool = False) -> bytes:
        """Return up to `size` bytes, b"" at the end. Raises a temporary RegistryError where too little comes."""
        data: bytes = self._read(size, decode_content=decode)
        self._size += len(data)
        passed = time.monotonic() - self._since
        if data and passed > _PATIENCE and self._size < passed * _SLOWEST:
            raise RegistryError(
                f"{self._what}: {self._host} is too slow: {self._size} bytes in {passed:.0f} s", temporary=True
            )
        return data
