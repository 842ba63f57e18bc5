"""Maps of sparse files: which stretches of a file an archive holds data for (GNU tar manual, "Storing Sparse Files").

Four forms: the old GNU header with extension blocks, and pax 0.0 (repeated keywords), 0.1 (one keyword) and 1.0 (the
map stands before the data).
"""

from __future__ import annotations

from pod.errors import ArchiveError
from pod.record import Record
from pod.storage.tar import header, pax

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.storage.tar.source import Source

MAX_EXTENTS = 1 << 20
_OLD_REAL_SIZE = slice(483, 495)
_OLD_EXTENDED = 482
_BLOCK_EXTENDED = 504


def read_old_gnu(block: bytes, source: Source) -> tuple[int, tuple[tuple[int, int], ...]]:
    """Return real size and extents of a member of type S, reading the extension blocks that follow its header."""
    position = source.position
    try:
        real_size = header.number(block[_OLD_REAL_SIZE])
        numbers = _numbers_of(block[386:482])
        extended = block[_OLD_EXTENDED]
        while extended:
            more = source.take(header.BLOCK)
            if not more or len(numbers) > 2 * MAX_EXTENTS:
                raise ValueError("its sparse map does not end")
            numbers += _numbers_of(more[:504])
            extended = more[_BLOCK_EXTENDED]
        return real_size, _checked(numbers, real_size)
    except ValueError as err:
        raise _damaged(position, err) from None


class Sparse(Record):
    """What pax records say of a sparse file: its real name and size, and the size of the map before the data."""

    name: bytes
    size: int
    extents: tuple[tuple[int, int], ...]
    map_size: int


def read_pax(records: list[tuple[bytes, bytes]], source: Source, stored: int) -> Sparse | None:
    """Return the layout of a sparse file, None for an ordinary member. `stored` is the size of map and data."""
    values = dict(records)
    position = source.position
    map_size = 0
    try:
        if values.get(b"GNU.sparse.major") == b"1":
            real_size = pax.integer(values[b"GNU.sparse.realsize"])
            numbers, map_size = _read_map(source, stored)
        elif b"GNU.sparse.map" in values:
            real_size = pax.integer(values[b"GNU.sparse.size"])
            numbers = [pax.integer(number) for number in values[b"GNU.sparse.map"].split(b",") if number]
        elif b"GNU.sparse.numblocks" in values:
            real_size = pax.integer(values[b"GNU.sparse.size"])
            keywords = (b"GNU.sparse.offset", b"GNU.sparse.numbytes")
            numbers = [pax.integer(value) for keyword, value in records if keyword in keywords]
        else:
            return None
        return Sparse(values.get(b"GNU.sparse.name", b""), real_size, _checked(numbers, real_size), map_size)
    except (ValueError, KeyError) as err:
        raise _damaged(position, err) from None


def format_map(extents: tuple[tuple[int, int], ...]) -> bytes:
    """Return the map of pax form 1.0, padded to a whole number of blocks."""
    lines = [len(extents), *(number for extent in extents for number in extent)]
    data = b"".join(b"%d\n" % number for number in lines)
    return data + bytes(-len(data) % header.BLOCK)


def _read_map(source: Source, stored: int) -> tuple[list[int], int]:
    """Read the map in front of the data of form 1.0: a count, then offsets and lengths, one number a line."""
    data = b""
    wanted = 1
    taken = 0
    lines: list[bytes] = []
    while len(lines) < wanted:
        if taken >= stored or taken > 48 * MAX_EXTENTS:
            raise ValueError("its sparse map does not end")
        data += source.take(header.BLOCK)
        taken += header.BLOCK
        *whole, data = data.split(b"\n")
        lines += whole
        if lines and wanted == 1:
            wanted = 1 + 2 * min(pax.integer(lines[0]), MAX_EXTENTS + 1)
    return [pax.integer(line) for line in lines[1:wanted]], taken


def _numbers_of(fields: bytes) -> list[int]:
    """Return offset, length, offset, length … up to the first unused pair of 12-byte fields."""
    numbers = []
    for at in range(0, len(fields), 24):
        if not fields[at]:
            break
        numbers += [header.number(fields[at : at + 12]), header.number(fields[at + 12 : at + 24])]
    return numbers


def _checked(numbers: list[int], real_size: int) -> tuple[tuple[int, int], ...]:
    """Return the extents, in order, apart, and inside the file. Raises ValueError."""
    if len(numbers) % 2 or len(numbers) > 2 * MAX_EXTENTS:
        raise ValueError("its sparse map is wrong")
    extents = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    end = 0
    for offset, length in extents:
        if offset < end or length < 0 or offset + length > real_size:
            raise ValueError("its sparse map is wrong")
        end = offset + length
    return extents


def _damaged(position: int, err: Exception) -> ArchiveError:
    return ArchiveError(f"damaged archive: the sparse file at byte {position}: {err}")
