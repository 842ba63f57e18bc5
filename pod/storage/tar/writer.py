"""Writing an archive: POSIX ustar headers, with a pax header in front only where a member needs one.

The bytes depend on the members alone, so the same tree is the same digest, today and on another machine.
"""

from __future__ import annotations

import errno
import os

from pod.linux import files
from pod.storage.tar import header, member, pax, sparse
from pod.storage.tar.member import Member

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

CHUNK = 1 << 20
_KERNEL_COPY = 128 << 10  # files from this size on are moved by the kernel
_TYPES = {
    member.FILE: b"0",
    member.HARDLINK: b"1",
    member.SYMLINK: b"2",
    member.CHARACTER_DEVICE: b"3",
    member.BLOCK_DEVICE: b"4",
    member.DIRECTORY: b"5",
    member.FIFO: b"6",
}
_ZEROS = bytes(header.BLOCK)
_MAX_ID = 0o7777777
_MAX_SIZE = 0o77777777777


class TarWriter:
    """Gives the archive to `write`, piece by piece.

    With `into`, the descriptor that this writes to, the kernel moves large files there by itself.
    """

    def __init__(self, write: Callable[[bytes], object], into: int | None = None) -> None:
        self._write = write
        self._into = into
        self._pending: list[bytes] = []  # small pieces are gathered
        self._gathered = 0

    def add(self, entry: Member, data: bytes = b"") -> None:
        """Write a member with its data given as bytes."""
        self._header(entry)
        self._put(data)
        self._put(bytes(-len(data) % header.BLOCK))

    def add_file(self, entry: Member, fd: int) -> None:
        """Write a file with its data read from a descriptor, holes left out where the member names extents."""
        map_ = self._header(entry)
        if entry.extents is None:
            self._copy(fd, 0, entry.size)
            self._put(bytes(-entry.size % header.BLOCK))
            return
        for offset, length in entry.extents:
            self._copy(fd, offset, length)
        self._put(bytes(-(entry.stored + len(map_)) % header.BLOCK))

    def add_plain(self, path: bytes, mode: int, uid: int, gid: int, mtime_ns: int, data: bytes) -> bool:
        """Write a file that has nothing but these, as `add` does it but in half the time; false where it is not so."""
        seconds, rest = divmod(mtime_ns, 1_000_000_000)
        size = len(data)
        if len(path) > 100 or uid > _MAX_ID or gid > _MAX_ID or not 0 <= seconds <= _MAX_SIZE:
            return False
        block = header.build(path, b"0", mode=mode, uid=uid, gid=gid, size=size, mtime=seconds)
        padding = _ZEROS[: -size % header.BLOCK]
        if rest:
            extension = pax.build(((b"mtime", b"%d.%09d" % (seconds, rest)),))
            short = b"PaxHeaders.0/" + path.rpartition(b"/")[2][:80]
            before = header.build(short, b"x", mode=0o644, size=len(extension))
            self._put(b"".join((before, extension.ljust(header.BLOCK, b"\0"), block, data, padding)))
        else:
            self._put(b"".join((block, data, padding)))
        return True

    def finish(self) -> None:
        """Write the end of the archive."""
        self._put(header.ZEROS * 2)
        self._flush()

    def _header(self, entry: Member) -> bytes:
        """Write the headers of a member; return the sparse map that was written behind them."""
        map_ = b"" if entry.extents is None else sparse.format_map(entry.extents)
        stored = entry.stored + len(map_) if entry.kind == member.FILE else 0
        path = entry.path + b"/" if entry.kind == member.DIRECTORY and not entry.path.endswith(b"/") else entry.path
        records = _records(entry, path, stored)
        if map_:
            folder, _, name = path.rpartition(b"/")
            path = b"%b/GNUSparseFile.0/%b" % (folder, name) if folder else b"GNUSparseFile.0/%b" % name
        if records:
            extension = pax.build(sorted(records.items()))
            short = b"PaxHeaders.0/%b" % entry.path.rstrip(b"/").rpartition(b"/")[2][:80]
            self._put(
                header.build(short, b"x", mode=0o644, size=len(extension))
                + extension
                + bytes(-len(extension) % header.BLOCK)
                + _block(entry, path, stored)
                + map_
            )
        else:
            self._put(_block(entry, path, stored))
        return map_

    @classmethod
    def to(cls, fd: int) -> Self:
        """Return a writer to a pipe or a file."""
        return cls(lambda data: files.write_all(fd, data), fd)

    def _copy(self, fd: int, offset: int, length: int) -> None:
        if self._into is not None and length >= _KERNEL_COPY:
            moved = self._move(self._into, fd, offset, length)
            offset += moved
            length -= moved
        while length:
            data = os.pread(fd, min(length, CHUNK), offset)
            if not data:  # the file became shorter while it was read: the header has promised its old size
                data = bytes(min(length, CHUNK))
            self._put(data)
            offset += len(data)
            length -= len(data)

    def _move(self, into: int, fd: int, offset: int, length: int) -> int:
        """Have the kernel move data (sendfile(2)); return how much, less than asked for where it cannot."""
        self._flush()
        moved = 0
        try:
            while moved < length and (sent := os.sendfile(into, fd, offset + moved, length - moved)):
                moved += sent
        except OSError as err:
            if err.errno not in (errno.EINVAL, errno.ENOSYS):
                raise
            self._into = None
        return moved

    def _put(self, data: bytes) -> None:
        if len(data) >= CHUNK >> 2:
            self._flush()
            self._write(data)
            return
        self._pending.append(data)
        self._gathered += len(data)
        if self._gathered >= CHUNK >> 1:
            self._flush()

    def _flush(self) -> None:
        if self._pending:
            self._write(b"".join(self._pending))
            self._pending.clear()
            self._gathered = 0


def _records(entry: Member, path: bytes, stored: int) -> dict[bytes, bytes]:
    """Return the pax records for what the header block cannot hold, or would not keep exactly."""
    records: dict[bytes, bytes] = {}
    if len(path) > 100 and header.split_path(path) is None:
        records[b"path"] = path
    if len(entry.linkpath) > 100:
        records[b"linkpath"] = entry.linkpath
    if stored > _MAX_SIZE:
        records[b"size"] = b"%d" % stored
    if entry.uid > _MAX_ID:
        records[b"uid"] = b"%d" % entry.uid
    if entry.gid > _MAX_ID:
        records[b"gid"] = b"%d" % entry.gid
    seconds, rest = divmod(entry.mtime_ns, 1_000_000_000)
    if rest or not 0 <= seconds <= _MAX_SIZE:
        records[b"mtime"] = pax.format_nanoseconds(entry.mtime_ns)
    for name, value in entry.xattrs.items():
        records[b"SCHILY.xattr." + os.fsencode(name)] = value
    if entry.extents is not None:
        records.pop(b"path", None)
        records |= {b"GNU.sparse.major": b"1", b"GNU.sparse.minor": b"0", b"GNU.sparse.name": path}
        records[b"GNU.sparse.realsize"] = b"%d" % entry.size
    return records


def _block(entry: Member, path: bytes, stored: int) -> bytes:
    seconds = entry.mtime_ns // 1_000_000_000
    return header.build(
        path,
        _TYPES[entry.kind],
        mode=entry.mode & 0o7777,
        uid=entry.uid if entry.uid <= _MAX_ID else 0,
        gid=entry.gid if entry.gid <= _MAX_ID else 0,
        size=stored if stored <= _MAX_SIZE else 0,
        mtime=seconds if 0 <= seconds <= _MAX_SIZE else 0,
        linkpath=entry.linkpath,
        device=entry.device,
    )
