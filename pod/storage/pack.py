"""Packing a tree into an archive, always to the same bytes for the same tree.

Further names of a file become hard links; sockets and device nodes are left out. Of an unpacked layer, kernel whiteouts
become `.wh.NAME`, opaque folders get a `.wh..wh..opq`, and owners that the disk could not hold come from the record
beside the layer. Any other tree may change while it is packed: what vanishes is left out.
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
from pod.storage.tree_walk import walk_open

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.storage.id_shift import Ids

_NO_OWNERS: Owners = {}
_SMALL = 1 << 16  # below what is looked through for holes
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Packed(Record):
    """What went into an archive."""

    size: int  # of the regular files
    files: int


def pack(tree: str, write: Callable[[bytes], object], owners: Owners = _NO_OWNERS) -> Packed:
    """Write the layer in the folder `tree` as an archive, piece by piece. Call it inside the user's namespace."""
    packer = LayerPacker(os.fsencode(tree), TarWriter(write), owners)
    packer.add(b"", os.lstat(tree))
    packer.add_tree()
    packer.writer.finish()
    return Packed(packer.size, packer.files)


class TreePacker:
    """Puts the files of a tree into an archive, under names that begin with `prefix`."""

    sparse_from = 1 << 16

    def __init__(self, tree: bytes, writer: TarWriter, owners: Owners = _NO_OWNERS, prefix: bytes = b"") -> None:
        self.tree = tree
        self.writer = writer
        self.prefix = prefix
        self.size = 0
        self.files = 0
        self._owners = owners
        self._first_names: dict[tuple[int, int], bytes] = {}

    def add_tree(self, skip: Callable[[bytes], bool] | None = None) -> None:
        """Add all that is in the tree, but not its root, nor what `skip` says of a path."""
        for path, folder, name, is_file in walk_open(self.tree, live=self.forgives):
            if skip is not None and skip(path):
                continue
            try:
                if is_file:
                    self.add_file(path, folder, name)
                else:
                    self.add(path, os.stat(name, dir_fd=folder, follow_symlinks=False))
            except FileNotFoundError:
                if not self.forgives:
                    raise

    def add(self, path: bytes, info: os.stat_result) -> None:
        """Add one file of any kind, by its path from the root of the tree."""
        kind = _KINDS.get(stat.S_IFMT(info.st_mode))
        if kind is None:
            return
        try:
            if kind == member.FILE:
                self.add_file(path, None, os.path.join(self.tree, path))
            else:
                self._add_entry(self._member(path, info, kind, os.path.join(self.tree, path)), path, info)
        except FileNotFoundError:
            if not self.forgives:
                raise

    forgives = True  # files that vanish while the tree is packed
    ids: Ids | None = None  # what the owners on disk mean

    def _add_entry(self, entry: Member, path: bytes, info: os.stat_result) -> None:
        self.files += 1
        if entry.kind == member.DIRECTORY or not self._add_link(entry, path, info):
            self.writer.add(entry)

    def _add_link(self, entry: Member, path: bytes, info: os.stat_result) -> bool:
        """Write a further name of a file that is in the archive already; false for the first one."""
        first = self._first_names.setdefault((info.st_dev, info.st_ino), path) if info.st_nlink > 1 else path
        if first != path:
            self.writer.add(entry.replace(kind=member.HARDLINK, linkpath=self.name_of(first), size=0, xattrs={}))
        return first != path

    def add_file(self, path: bytes, folder: int | None, name: bytes) -> None:
        """Add a regular file, which is `name` in the open `folder`."""
        try:
            fd = os.open(name, _READ, dir_fd=folder)
        except OSError as err:
            if err.errno == errno.ELOOP and self.forgives:  # it has just become a link
                return
            raise
        try:
            info = os.fstat(fd)
            if not stat.S_ISREG(info.st_mode):
                return
            if self._add_plain(path, info, fd):
                return
            entry = self._member(path, info, member.FILE, fd)
            self.files += 1
            if info.st_nlink > 1 and self._add_link(entry, path, info):
                return
            if entry.size >= self.sparse_from and info.st_blocks * 512 < entry.size // 2:
                entry = entry.replace(extents=_extents(fd, entry.size))
            self.writer.add_file(entry, fd)
            self.size += entry.stored
        finally:
            os.close(fd)

    def _add_plain(self, path: bytes, info: os.stat_result, fd: int) -> bool:
        """Add a small file without attributes and further names, as most are; false for any other."""
        size = info.st_size
        if size >= _SMALL or info.st_nlink > 1 or self._owners or _xattrs(fd):
            return False
        data = os.pread(fd, size, 0) if size else b""
        uid, gid = (info.st_uid, info.st_gid) if self.ids is None else self.ids(info.st_uid, info.st_gid)
        if len(data) != size or not self.writer.add_plain(
            self.name_of(path), stat.S_IMODE(info.st_mode), uid, gid, info.st_mtime_ns, data
        ):
            return False
        self.files += 1
        self.size += size
        return True

    def name_of(self, path: bytes) -> bytes:
        """Return the name in the archive of a path of the tree."""
        return os.path.join(self.prefix, path) if path and self.prefix else path or self.prefix or b"./"

    def _member(self, path: bytes, info: os.stat_result, kind: str, at: bytes | int) -> Member:
        """Return what the archive says of a file, which is open or has this path."""
        lost = self._owners.get(path or b".") if self._owners else None
        mode = stat.S_IMODE(info.st_mode)
        uid, gid = (info.st_uid, info.st_gid) if self.ids is None else self.ids(info.st_uid, info.st_gid)
        xattrs = _xattrs(at)
        if lost is not None:
            uid, gid, mode = lost.uid, lost.gid, mode if lost.mode is None else lost.mode
            xattrs = {**xattrs, **lost.xattrs}
        return Member(
            self.name_of(path),
            kind,
            mode,
            uid,
            gid,
            info.st_size if kind == member.FILE else 0,
            info.st_mtime_ns,
            os.readlink(at) if kind == member.SYMLINK and isinstance(at, bytes) else b"",
            xattrs,
        )


class LayerPacker(TreePacker):
    """Puts the files of a layer into an archive, with what it takes away from those below."""

    sparse_from = 16 << 20  # smaller files are written with their holes filled
    forgives = False

    def add(self, path: bytes, info: os.stat_result) -> None:
        folder, name = os.path.split(path)
        if stat.S_ISREG(info.st_mode) or not (name.startswith(whiteouts.PREFIX) or whiteouts.is_whiteout(info)):
            super().add(path, info)
        elif not name.startswith(whiteouts.PREFIX):  # fuse-overlayfs also leaves a device .wh..opq
            self.mark(os.path.join(folder, whiteouts.PREFIX + name))

    def add_file(self, path: bytes, folder: int | None, name: bytes) -> None:
        last = os.path.basename(name)
        if not last.startswith(whiteouts.PREFIX):
            super().add_file(path, folder, name)
        elif last != whiteouts.OPAQUE:  # opaque folders are seen as such
            self.mark(path)  # the layer lies on a file system without device nodes

    def mark(self, path: bytes) -> None:
        """Write a whiteout: an empty file of no one and of no time, so that removing gives the same bytes each time."""
        self.writer.add(Member(self.name_of(path), mode=0))

    def _add_entry(self, entry: Member, path: bytes, info: os.stat_result) -> None:
        super()._add_entry(entry, path, info)
        if entry.kind == member.DIRECTORY and whiteouts.is_opaque(os.path.join(self.tree, path)):
            self.mark(os.path.join(path, whiteouts.OPAQUE))


def _xattrs(at: bytes | int) -> dict[str, bytes]:
    """Return the attributes of an open file, or of one with a path, that belong into an archive."""
    follow = isinstance(at, int)
    try:
        names = os.listxattr(at, follow_symlinks=follow)
    except OSError:
        return {}  # a file system without attributes
    if not names:
        return {}
    wanted = (name for name in sorted(names) if name.startswith(whiteouts.KEPT_XATTRS))
    return {n: os.getxattr(at, n, follow_symlinks=follow) for n in wanted if not whiteouts.is_private_xattr(n)}


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
