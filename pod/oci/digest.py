"""Content digests: `sha256:` and 64 hexadecimal characters (OCI image specification, descriptor.md, "Digests")."""

from __future__ import annotations

from pod.errors import InvalidReference
from pod.linux.ids import is_id
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Digest(Record):
    """A sha256 digest that is well-formed. `str(digest)` is its wire form."""

    hex: str

    @classmethod
    def of(cls, data: bytes) -> Digest:
        """Return the digest of a document. `hashlib` loads OpenSSL's library, which pays from a megabyte on."""
        return cls(_sha256()(data).hexdigest())

    @classmethod
    def parse(cls, text: str) -> Digest:
        """Read `sha256:…`. Raises InvalidReference that quotes the text."""
        algorithm, _, value = text.partition(":")
        if algorithm != "sha256" or not is_id(value):
            raise InvalidReference(
                f"invalid digest {text!r:.100}", hint="a digest is sha256: and 64 lower-case hexadecimal characters"
            )
        return cls(value)

    @property
    def short(self) -> str:
        """The twelve characters that people are shown."""
        return self.hex[:12]

    def __str__(self) -> str:
        return f"sha256:{self.hex}"

    def to_json(self) -> str:  # type: ignore[override]  # on the wire a digest is text, not an object
        return str(self)

    @classmethod
    def from_json(cls, document: Any) -> Digest:
        """Read the text that documents hold. Raises ValueError, as every record does."""
        try:
            return cls.parse(document)
        except InvalidReference as err:
            raise ValueError(err.message) from err


def _sha256() -> Any:
    """Return what `hashlib` itself falls back on, 4 ms sooner."""
    try:
        from _sha2 import sha256  # type: ignore[import-not-found]  # since Python 3.12
    except ImportError:
        try:
            from _sha256 import sha256  # type: ignore[import-not-found]
        except ImportError:
            from hashlib import sha256
    return sha256
