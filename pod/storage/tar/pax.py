"""Extended headers of pax(1): records of `length keyword=value\\n`, for what the header block cannot hold."""

from __future__ import annotations

import binascii
import os
from urllib.parse import unquote_to_bytes

from pod.errors import ArchiveError
from pod.storage.tar.member import MAX_SECONDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

LIMIT = 1 << 20  # bytes of one extended header; Go's archive/tar has the same limit
_SCHILY = b"SCHILY.xattr."
_LIBARCHIVE = b"LIBARCHIVE.xattr."


def parse(data: bytes, position: int) -> list[tuple[bytes, bytes]]:
    """Return keywords and values in their order. Raises ArchiveError with the position of the header."""
    records = []
    at = 0
    while at < len(data):
        space = data.find(b" ", at, at + 12)
        digits = data[at:space] if space > at else b""
        end = at + int(digits) if digits.isdigit() else 0
        keyword, equals, value = data[space + 1 : end - 1].partition(b"=")
        if not at < space < end <= len(data) or data[end - 1] != 0x0A or not equals or not keyword:
            raise ArchiveError(f"damaged archive: the extended header at byte {position} is wrong")
        records.append((keyword, value))
        at = end
    return records


def changes(records: Iterable[tuple[bytes, bytes]], position: int) -> dict[str, Any]:
    """Return the fields of a member that the records set; an empty value takes an earlier one back (pax(1))."""
    fields: dict[str, Any] = {}
    xattrs: dict[str, bytes] = {}
    try:
        for keyword, value in records:
            if keyword in _FIELDS:
                field, convert = _FIELDS[keyword]
                if value:
                    fields[field] = convert(value)
                else:
                    fields.pop(field, None)
            elif keyword.startswith(_SCHILY):
                xattrs[os.fsdecode(keyword[len(_SCHILY) :])] = value
            elif keyword.startswith(_LIBARCHIVE):
                name = os.fsdecode(unquote_to_bytes(keyword[len(_LIBARCHIVE) :]))
                xattrs.setdefault(name, binascii.a2b_base64(value + b"=="))
    except ValueError as err:
        raise ArchiveError(f"damaged archive: the extended header before byte {position} is wrong: {err}") from None
    return fields | {"xattrs": xattrs} if xattrs else fields


def build(records: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the records as the data of an extended header."""
    return b"".join(_record(keyword, value) for keyword, value in records)


def _record(keyword: bytes, value: bytes) -> bytes:
    body = b" %b=%b\n" % (keyword, value)
    length = len(body) + len(str(len(body)))
    length = len(body) + len(str(length))  # the length counts its own digits
    return b"%d%b" % (length, body)


def integer(value: bytes) -> int:
    """Read a decimal number. Raises ValueError."""
    if not value.isdigit() or len(value) > 20:
        raise ValueError(f"{value!r:.40} is no number")
    return int(value)


def nanoseconds(value: bytes) -> int:
    """Read a time in decimal seconds, to the nanosecond. Raises ValueError."""
    whole, _, fraction = value.partition(b".")
    negative = whole.startswith(b"-")
    digits = whole.removeprefix(b"-")
    if not (digits + fraction).isdigit() or len(digits) > 40:
        raise ValueError(f"{value!r:.40} is no time")
    result = min(int(digits or b"0"), MAX_SECONDS) * 1_000_000_000 + int(fraction[:9].ljust(9, b"0"))
    return -result if negative else result


def format_nanoseconds(time_ns: int) -> bytes:
    """Return a time in decimal seconds without needless zeros."""
    sign = b"-" if time_ns < 0 else b""
    seconds, rest = divmod(abs(time_ns), 1_000_000_000)
    return b"%b%d.%09d" % (sign, seconds, rest) if rest else b"%b%d" % (sign, seconds)


def _path(value: bytes) -> bytes:
    if b"\0" in value:
        raise ValueError(f"the path {value!r:.200} has a NUL in it")
    return value


_FIELDS: dict[bytes, tuple[str, Callable[[bytes], Any]]] = {
    b"path": ("path", _path),
    b"linkpath": ("linkpath", _path),
    b"size": ("size", integer),
    b"uid": ("uid", integer),
    b"gid": ("gid", integer),
    b"mtime": ("mtime_ns", nanoseconds),
}
