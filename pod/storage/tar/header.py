"""The 512-byte header block: numbers, checksum, and the name in its dialects (POSIX ustar, GNU, star, V7)."""

from __future__ import annotations

import struct
from zlib import adler32

from pod.errors import ArchiveError
from pod.storage.tar import member
from pod.storage.tar.member import Member

BLOCK = 512
ZEROS = bytes(BLOCK)

# name mode uid gid size mtime checksum type linkname magic+version uname gname devmajor devminor prefix rest
_LAYOUT = struct.Struct("100s8s8s8s12s12s8sc100s8s32s32s8s8s155s12s")
_CHECKSUM = slice(148, 156)
_PREFIX_AND_REST = 155 + 12
_MAGIC = b"ustar\00000" + bytes(32 + 32)  # with no names of users
_NOTHING = bytes(100) + _MAGIC + b"0000000\0" * 2 + bytes(_PREFIX_AND_REST)  # what most members have behind their kind

_KINDS = {
    b"0": member.FILE,
    b"\0": member.FILE,
    b"7": member.FILE,
    b"S": member.FILE,
    b"1": member.HARDLINK,
    b"2": member.SYMLINK,
    b"3": member.CHARACTER_DEVICE,
    b"4": member.BLOCK_DEVICE,
    b"5": member.DIRECTORY,
    b"6": member.FIFO,
}


def parse(block: bytes, position: int) -> tuple[bytes, Member]:
    """Return the type and what the block alone says of the member. Raises ArchiveError with the position."""
    name, mode, uid, gid, size, mtime, checksum, kind, link, magic, _u, _g, major, minor, prefix, rest = _LAYOUT.unpack(
        block
    )
    try:
        if not _checksum_fits(block, number(checksum)):
            raise ValueError("its checksum is wrong")
        path = text(name)
        if magic[:6] == b"ustar\0" and prefix[0]:
            before = text(prefix[:131]) if rest[8:] == b"tar\0" else text(prefix)
            path = b"%b/%b" % (before, path)
        return kind, Member(
            path,
            _KINDS.get(kind, member.OTHER),
            number(mode) & 0o7777,
            _not_negative(number(uid)),
            _not_negative(number(gid)),
            _not_negative(number(size)),
            max(-member.MAX_SECONDS, min(member.MAX_SECONDS, number(mtime))) * 1_000_000_000,
            text(link),
            device=(number(major), number(minor)) if kind in b"34" else (0, 0),
        )
    except ValueError as err:
        what = "this is no tar archive" if position == 0 else f"damaged archive: the header at byte {position} is wrong"
        raise ArchiveError(f"{what}: {err}") from None


def _not_negative(value: int) -> int:
    if value < 0:
        raise ValueError(f"{value} is negative")
    return value


def text(field: bytes) -> bytes:
    """Return a field up to its first NUL."""
    return field.partition(b"\0")[0]


def number(field: bytes) -> int:
    """Return an octal number, or GNU's base-256 number for what octal digits cannot hold."""
    if field[0] & 0x80:
        # the first bit marks the form, the second is the sign of a two's complement number
        value = int.from_bytes(field, "big") & ~(1 << (len(field) * 8 - 1))
        return value - (1 << (len(field) * 8 - 1)) if field[0] & 0x40 else value
    digits = field.partition(b"\0")[0].strip()
    if not digits:
        return 0
    if not digits.isdigit():
        raise ValueError(f"{field!r} is no number")
    return int(digits, 8)


def _checksum_fits(block: bytes, expected: int) -> bool:
    """Compare with the sum of the bytes, the checksum's own counted as spaces; old tars summed signed bytes."""
    found = _sum(block) - _sum(block[_CHECKSUM]) + 8 * 32
    if found == expected:
        return True
    above = sum(byte > 127 for byte in block) - sum(byte > 127 for byte in block[_CHECKSUM])
    return found - 256 * above == expected


def build(
    path: bytes,
    kind: bytes,
    *,
    mode: int = 0,
    uid: int = 0,
    gid: int = 0,
    size: int = 0,
    mtime: int = 0,
    linkpath: bytes = b"",
    device: tuple[int, int] = (0, 0),
) -> bytes:
    """Return a POSIX ustar header block. The caller has made sure that everything fits."""
    name, prefix = (path, b"") if len(path) <= 100 else split_path(path) or (path[:100], b"")
    before = b"%b%07o\0%07o\0%07o\0%011o\0%011o\0" % (name.ljust(100, b"\0"), mode, uid, gid, size, mtime)
    if linkpath or prefix or kind in b"34":
        numbers = device if kind in b"34" else (0, 0)
        behind = b"%b%b%b%07o\0%07o\0%b" % (
            *(kind, linkpath[:100].ljust(100, b"\0"), _MAGIC),
            *numbers,
            prefix.ljust(_PREFIX_AND_REST, b"\0"),
        )
    else:
        behind = kind + _NOTHING
    return b"%b%06o\0 %b" % (before, _sum(before) + _sum(behind) + 8 * 32, behind)


def _sum(data: bytes) -> int:
    """Return the sum of up to 512 bytes. Of ASCII, the lower half of Adler's checksum is one more, and much cheaper."""
    return (adler32(data) & 0xFFFF) - 1 if data.isascii() else sum(data)


def split_path(path: bytes) -> tuple[bytes, bytes] | None:
    """Return name and prefix as ustar stores a path, None where it does not fit."""
    if len(path) <= 100:
        return path, b""
    cut = path.rfind(b"/", 0, 156)
    while cut > 0:
        if len(path) - cut - 1 > 100:
            return None
        if path[cut + 1 :].strip(b"/"):
            return path[cut + 1 :], path[:cut]
        cut = path.rfind(b"/", 0, cut)
    return None
