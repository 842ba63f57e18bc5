"""One member of an archive, whatever dialect it was written in."""

from __future__ import annotations

from pod.record import Record

FILE = "file"
DIRECTORY = "directory"
SYMLINK = "symlink"
HARDLINK = "hardlink"
FIFO = "fifo"
CHARACTER_DEVICE = "character device"
BLOCK_DEVICE = "block device"
OTHER = "other"

MAX_SECONDS = 1 << 40  # times are cut to what no file system exceeds and no time_t overflows with


class Member(Record):
    """Name, kind and metadata; the data follow in the archive."""

    path: bytes
    kind: str = FILE
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    size: int = 0  # of the file, holes included
    mtime_ns: int = 0
    linkpath: bytes = b""
    xattrs: dict[str, bytes] = {}
    extents: tuple[tuple[int, int], ...] | None = None  # offset and length of the data of a sparse file
    device: tuple[int, int] = (0, 0)

    @property
    def stored(self) -> int:
        """The number of bytes of data that the archive holds for this member, without padding."""
        return self.size if self.extents is None else sum(length for _, length in self.extents)
