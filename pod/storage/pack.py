"""Packing an unpacked layer into an archive: the opposite of unpacking, always to the same bytes for the same tree.

Kernel whiteouts become `.wh.NAME`, opaque folders get a `.wh..wh..opq`, further names of a file become hard links, and
owners that the disk could not hold come from the record beside the layer. Sockets and device nodes are left out.
"""

from __future__ import annotations

import errno
import os
import stat

from pod.record import Record
from pod.storage import whiteouts
from pod.storage.owners import Owners
from pod.storage.tar import member
from pod.storage.tar.member import Member
from pod.storage.tar.writer import TarWriter
from pod.storage.tree_walk import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_SPARSE_FROM = 16 << 20  # smaller files are written with their holes filled
_NO_OWNERS: Owners = {}


class Packed(Record):
    """What went into an archive."""

    size: int  # of the regular files
    files: int


def pack(tree: str, write: Callable[[bytes], object], owners: Owners = _NO_OWNERS) -> Packed:
    """Write the layer in the folder `tree` as an archive, piece by piece. Call it inside the user's namespace."""
    packer = _Packer(os.fsencode(tree), TarWriter(write), owners)
    packer.add(b"", os.lstat(tree))
    for path, info in walk(packer.tree):
        packer.add(path, info)
    packer.writer.finish()
    return Packed(packer.size, packer.files)


class _Packer:
    def __init__(self, tree: bytes, writer: TarWriter, owners: Owners) -> None:
        self.tree = tree
        self.writer = writer
        self.size = 0
        self.files = 0
        self._owners = owners
        self._first_names: dict[tuple[int, int], bytes] = {}

    def add(self, path: bytes, info: os.stat_result) -> None:
        folder, name = os.path.split(path)
        if name.startswith(whiteouts.PREFIX):
            if name != whiteouts.OPAQUE and stat.S_ISREG(info.st_mode):  # opaque folders are seen as such
                self._mark(path)  # the layer lies on a file system without device nodes
            return
        if whiteouts.is_whiteout(info):
            self._mark(os.path.join(folder, whiteouts.PREFIX + name))
            return
        kind = _KINDS.get(stat.S_IFMT(info.st_mode))
        if kind is None:
            return
        self.files += 1
        entry = self._member(path, info, kind)
        first = self._first_names.setdefault((info.st_dev, info.st_ino), path) if info.st_nlink > 1 else path
        if kind == member.DIRECTORY:
            self._add_folder(entry)
        elif first != path:
            self.writer.add(entry.replace(kind=member.HARDLINK, linkpath=first, size=0, xattrs={}))
        elif kind == member.FILE:
            self._add_file(entry, info)
        else:
            self.writer.add(entry)

    def _mark(self, path: bytes) -> None:
        """Write a whiteout: an empty file of no one and of no time, so that removing gives the same bytes each time."""
        self.writer.add(Member(path, mode=0))

    def _add_folder(self, entry: Member) -> None:
        self.writer.add(entry)
        if whiteouts.is_opaque(os.path.join(self.tree, entry.path)):
            self._mark(os.path.join(entry.path.rstrip(b"/"), whiteouts.OPAQUE))

    def _add_file(self, entry: Member, info: os.stat_result) -> None:
        fd = os.open(os.path.join(self.tree, entry.path), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            if entry.size >= _SPARSE_FROM and info.st_blocks * 512 < entry.size // 2:
                entry = entry.replace(extents=_extents(fd, entry.size))
            self.writer.add_file(entry, fd)
        finally:
            os.close(fd)
        self.size += entry.stored

    def _member(self, path: bytes, info: os.stat_result, kind: str) -> Member:
        full = os.path.join(self.tree, path)
        lost = self._owners.get(path or b".")
        uid, gid, mode = info.st_uid, info.st_gid, stat.S_IMODE(info.st_mode)
        xattrs = _xattrs(full)
        if lost is not None:
            uid, gid, mode = lost.uid, lost.gid, mode if lost.mode is None else lost.mode
            xattrs = {**xattrs, **lost.xattrs}
        return Member(
            path or b"./",
            kind,
            mode,
            uid,
            gid,
            info.st_size if kind == member.FILE else 0,
            info.st_mtime_ns,
            os.readlink(full) if kind == member.SYMLINK else b"",
            xattrs,
        )


def _xattrs(path: bytes) -> dict[str, bytes]:
    """Return the attributes that belong into an archive."""
    try:
        names = os.listxattr(path, follow_symlinks=False)
    except OSError:
        return {}  # a file system without attributes
    wanted = (name for name in sorted(names) if name.startswith(whiteouts.KEPT_XATTRS))
    return {n: os.getxattr(path, n, follow_symlinks=False) for n in wanted if not whiteouts.is_private_xattr(n)}


def _extents(fd: int, size: int) -> tuple[tuple[int, int], ...]:
    """Return where a file has data (lseek(2), SEEK_DATA)."""
    extents = []
    end = 0
    while end < size:
        try:
            start = os.lseek(fd, end, os.SEEK_DATA)
        except OSError as err:
            if err.errno == errno.ENXIO:  # only a hole is left
                break
            raise
        end = os.lseek(fd, start, os.SEEK_HOLE)
        extents.append((start, min(end, size) - start))
    return tuple(extents)


_KINDS = {
    stat.S_IFREG: member.FILE,
    stat.S_IFDIR: member.DIRECTORY,
    stat.S_IFLNK: member.SYMLINK,
    stat.S_IFIFO: member.FIFO,
}
