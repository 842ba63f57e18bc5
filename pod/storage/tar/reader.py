"""Reading an archive member by member, as a stream: `for member in TarReader(source)`, then the data of that member."""

from __future__ import annotations

import os

from pod.errors import ArchiveError
from pod.storage.tar import header, member, pax, sparse
from pod.storage.tar.member import Member

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.storage.tar.source import Source

MAX_MEMBERS = 4_000_000
MAX_PATH = 4096  # PATH_MAX, with its NUL

_WITHOUT_DATA = frozenset((b"1", b"2", b"3", b"4", b"5", b"6"))  # whatever size their header claims (as Go's reader)


class TarReader:
    """The members of an archive. After each one, `copy_to` or `read` gives its data; what is not read is skipped."""

    def __init__(self, source: Source, *, max_members: int = MAX_MEMBERS) -> None:
        self.source = source
        self._max_members = max_members
        self._defaults: dict[bytes, bytes] = {}  # of global extended headers
        self._member: Member | None = None
        self._left = 0  # data of the present member that nobody has taken
        self._padding = 0
        self._headers = 0

    def __iter__(self) -> Iterator[Member]:
        while True:
            self.source.skip(self._left + self._padding)
            self._left = self._padding = 0
            self._member = self._next()
            if self._member is None:
                return
            yield self._member

    def read(self, limit: int) -> bytes:
        """Return the data of the present member, which must have none but `limit` bytes at the most."""
        if self._left > limit:
            name = self._member.path if self._member else b""
            raise ArchiveError(f"{name!r:.200} has {self._left} bytes, {limit} are allowed")
        return self.take(limit)

    def take(self, size: int) -> bytes:
        """Return up to `size` more bytes of the present member's data, b"" behind the last."""
        size = min(size, self._left)
        self._left -= size
        data = self.source.take(size) if size else b""
        if len(data) < size:
            raise ArchiveError(f"the archive is cut off at byte {self.source.position}")
        return data

    def copy_to(self, fd: int) -> None:
        """Write the data of the present member into a new, empty file, holes as holes."""
        if self._member is None or self._member.extents is None:
            size, self._left = self._left, 0
            self.source.copy_to(fd, size)
            return
        for offset, length in self._member.extents:
            os.lseek(fd, offset, os.SEEK_SET)
            self._left -= length
            self.source.copy_to(fd, length)
        os.ftruncate(fd, self._member.size)

    def _next(self) -> Member | None:
        records: list[tuple[bytes, bytes]] = []
        names: dict[str, bytes] = {}
        while True:
            position = self.source.position
            block = self.source.take(header.BLOCK)
            if not block or block == header.ZEROS:
                self._check_end(position, begun=bool(records or names))
                return None
            self._count(position)
            kind, found = header.parse(block, position)
            if kind == b"x":
                records = pax.parse(self._extension(found.size, position), position)
            elif kind == b"g":
                self._defaults.update(pax.parse(self._extension(found.size, position), position))
            elif kind == b"L":
                names["path"] = header.text(self._extension(found.size, position))
            elif kind == b"K":
                names["linkpath"] = header.text(self._extension(found.size, position))
            else:
                records = [*self._defaults.items(), *records]
                if names or records:
                    found = found.replace(**names | pax.changes(records, position))
                return self._complete(found, kind, block, records, position)

    def _check_end(self, position: int, *, begun: bool) -> None:
        """Accept two blocks of zeros, or the end of the stream: Go's reader, thus Docker, insists on neither."""
        follow = self.source.take(header.BLOCK)
        if begun or (follow and follow != header.ZEROS):
            raise ArchiveError(f"damaged archive: a member's header is missing at byte {position}")

    def _count(self, position: int) -> None:
        self._headers += 1
        if self._headers > self._max_members:
            raise ArchiveError(f"the archive has more than {self._max_members} members at byte {position}")

    def _extension(self, size: int, position: int) -> bytes:
        """Return the data of an extended header or a GNU long name."""
        if size > pax.LIMIT:
            raise ArchiveError(f"the extended header at byte {position} has {size} bytes, {pax.LIMIT} are allowed")
        data = self.source.take(size + -size % header.BLOCK)
        if size and not data:
            raise ArchiveError(f"the archive is cut off at byte {self.source.position}")
        return data[:size]

    def _complete(
        self, found: Member, kind: bytes, block: bytes, records: list[tuple[bytes, bytes]], position: int
    ) -> Member:
        """Find out how much data follows, apply a sparse map, and check the names."""
        stored = 0 if kind in _WITHOUT_DATA else found.size
        self._padding = -stored % header.BLOCK
        if stored != found.size:
            found = found.replace(size=0)
        elif kind == b"S":
            size, extents = sparse.read_old_gnu(block, self.source)
            found = found.replace(size=size, extents=extents)
        elif found.kind == member.FILE and records and (layout := sparse.read_pax(records, self.source, stored)):
            found = found.replace(path=layout.name or found.path, size=layout.size, extents=layout.extents)
            stored -= layout.map_size
        elif found.kind == member.FILE and found.path.endswith(b"/"):
            found = found.replace(kind=member.DIRECTORY)  # how V7 tar writes a folder
        if found.extents is not None and found.stored != stored:
            raise ArchiveError(f"damaged archive: the sparse file at byte {position} has a wrong size")
        self._left = stored
        for path in (found.path, found.linkpath):
            if len(path) >= MAX_PATH:
                raise ArchiveError(f"the path {path!r:.60}… at byte {position} is longer than {MAX_PATH - 1} bytes")
        return found
