"""Copying a layer onto a tree, with everything a file system knows of a file: what the vfs driver does.

Data are shared where the file system can (reflink), else copied by the kernel, holes left out. Whiteouts and opaque
folders of the layer take effect on the tree. Owners may be changed on the way, and data left where they are: the files
of the tree then only name them, for an overlay that finds them in data-only layers (overlayfs.rst, "Data-only lower
layers").
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat

from pod.linux import files
from pod.storage import whiteouts
from pod.storage.tree_walk import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.storage.id_shift import Ids

_FICLONE = 0x40049409  # ioctl_ficlone(2)
_NO_CLONE = (errno.EOPNOTSUPP, errno.EXDEV, errno.EINVAL, errno.ENOTTY, errno.ENOSYS, errno.EPERM)
_NO_ROOM = (errno.ENOSPC, errno.E2BIG, errno.ERANGE)  # for an attribute as long as a very long path


def apply(layer: str, tree: str, ids: Ids | None = None, *, refer: bool = False) -> None:
    """Put a layer's files into a tree that holds those of the layers below. Call it inside the user's namespace.

    `ids` says what becomes of an owner and a group; with `refer` files name their data instead of holding them.
    """
    copier = _Copier(os.fsencode(layer), os.fsencode(tree), ids, refer=refer)
    copier.copy(b"", os.lstat(layer))
    copier.copy_all()


def copy_tree(source: str, target: str) -> None:
    """Copy a folder onto an empty one with owners, modes, attributes and links; no name means anything but itself."""
    copier = _Copier(os.fsencode(source), os.fsencode(target), plain=True)
    copier.copy(b"", os.stat(source))
    copier.copy_all()


def copy_contents(source: str, target: str) -> None:
    """Copy what is in a folder into another one, which keeps its own owner and mode."""
    _Copier(os.fsencode(source), os.fsencode(target), plain=True).copy_all()


class _Copier:
    """Copies one tree; a `plain` one is no layer, and has no whiteouts."""

    def __init__(
        self, layer: bytes, tree: bytes, ids: Ids | None = None, *, refer: bool = False, plain: bool = False
    ) -> None:
        self.layer = layer
        self._tree = tree
        self._ids = ids
        self._refer = refer
        self._plain = plain
        self._first_names: dict[tuple[int, int], bytes] = {}
        self._folders: list[tuple[bytes, os.stat_result]] = []

    def copy_all(self) -> None:
        """Copy what is in the tree, but not its root."""
        for path, info in walk(self.layer, live=self._plain):  # an overlay may list what a layer has taken away
            self.copy(path, info)
        self.finish_folders()

    def copy(self, path: bytes, info: os.stat_result) -> None:
        source, target = os.path.join(self.layer, path), os.path.join(self._tree, path)
        folder, name = os.path.split(target)
        if path and not self._plain and name.startswith(whiteouts.PREFIX):
            if name != whiteouts.OPAQUE and stat.S_ISREG(info.st_mode):  # opaque folders are seen as such
                _remove(os.path.join(folder, name[len(whiteouts.PREFIX) :]))
        elif not self._plain and whiteouts.is_whiteout(info):
            _remove(target)
        elif stat.S_ISDIR(info.st_mode):
            self._copy_folder(source, target, info)
        elif (
            info.st_nlink > 1 and (first := self._first_names.setdefault((info.st_dev, info.st_ino), target)) != target
        ):
            _remove(target)
            os.link(first, target, follow_symlinks=False)
        else:
            _remove(target)
            self._copy_file(path, target, info)

    def _copy_folder(self, source: bytes, target: bytes, info: os.stat_result) -> None:
        if not _is_folder(target):
            _remove(target)
            os.mkdir(target)
        elif not self._plain and whiteouts.is_opaque(source):
            for name in os.listdir(target):
                _remove(os.path.join(target, name))
        copy_metadata(source, target, info, self._ids)
        self._folders.append((target, info))

    def _copy_file(self, path: bytes, target: bytes, info: os.stat_result) -> None:
        source = os.path.join(self.layer, path)
        if stat.S_ISREG(info.st_mode):
            if not (self._refer and info.st_size and _refer_to_data(path, target, info.st_size)):
                copy_data(source, target, info)
        elif stat.S_ISLNK(info.st_mode):
            os.symlink(os.readlink(source), target)
        elif stat.S_ISFIFO(info.st_mode):
            os.mkfifo(target)
        else:
            return  # sockets, and devices that the user could not make
        copy_metadata(source, target, info, self._ids)
        os.utime(target, ns=(info.st_atime_ns, info.st_mtime_ns), follow_symlinks=False)

    def finish_folders(self) -> None:
        """Set the times of folders once nothing in them changes any more."""
        for target, info in reversed(self._folders):
            os.utime(target, ns=(info.st_atime_ns, info.st_mtime_ns))


def copy_data(source: bytes, target: bytes, info: os.stat_result) -> None:
    """Copy what a regular file holds into a new one."""
    read = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        write = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            copy_open(read, write, info)
        finally:
            os.close(write)
    finally:
        os.close(read)


_SMALL = 1 << 18  # bytes that are sooner read and written than talked about with the kernel


def copy_open(read: int, write: int, info: os.stat_result) -> None:
    """Copy what an open file holds into a new one."""
    if 0 < info.st_size <= _SMALL and info.st_blocks * 512 >= info.st_size:
        data = os.read(read, info.st_size)
        files.write_all(write, data)
        if len(data) < info.st_size:  # it has just been cut
            os.ftruncate(write, info.st_size)
    elif info.st_size and not _clone(read, write):
        _copy_ranges(read, write, info)


def _refer_to_data(path: bytes, target: bytes, size: int) -> bool:
    """Make a file without data that names those of `path` in a data-only layer; false where the name is too long."""
    fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.ftruncate(fd, size)
        os.setxattr(fd, "user.overlay.metacopy", b"")
        os.setxattr(fd, "user.overlay.redirect", b"/" + path)
    except OSError as err:
        if err.errno not in _NO_ROOM:
            raise
        os.unlink(target)
        return False
    finally:
        os.close(fd)
    return True


def _clone(read: int, write: int) -> bool:
    try:
        fcntl.ioctl(write, _FICLONE, read)
    except OSError as err:
        if err.errno not in _NO_CLONE:
            raise
        return False
    return True


def _copy_ranges(read: int, write: int, info: os.stat_result) -> None:
    end = 0
    sparse = info.st_blocks * 512 < info.st_size
    while end < info.st_size:
        start, end = (_next_data(read, end, info.st_size)) if sparse else (0, info.st_size)
        while start < end and (copied := _copy_range(read, write, start, end - start)):
            start += copied
    os.ftruncate(write, info.st_size)


def _copy_range(read: int, write: int, start: int, count: int) -> int:
    """Copy within the kernel: from one file system to another by sendfile(2), which copy_file_range(2) may refuse."""
    try:
        return os.copy_file_range(read, write, count, start, start)
    except OSError as err:
        if err.errno not in _NO_CLONE:
            raise
    os.lseek(write, start, os.SEEK_SET)
    return os.sendfile(write, read, start, count)


def _next_data(fd: int, start: int, size: int) -> tuple[int, int]:
    """Return the next stretch of data (lseek(2), SEEK_DATA); an empty one at the end when only a hole is left."""
    try:
        start = os.lseek(fd, start, os.SEEK_DATA)
    except OSError as err:
        if err.errno != errno.ENXIO:
            raise
        return size, size
    return start, min(os.lseek(fd, start, os.SEEK_HOLE), size)


def copy_metadata(source: bytes, target: bytes, info: os.stat_result, ids: Ids | None = None) -> None:
    """Copy owner, mode and attributes, in this order: changing the owner clears the others."""
    owner = (info.st_uid, info.st_gid)
    os.lchown(target, *(owner if ids is None else ids(*owner)))
    if not stat.S_ISLNK(info.st_mode):
        os.chmod(target, stat.S_IMODE(info.st_mode))
    copy_attributes(source, target)


def copy_attributes(source: bytes | int, target: bytes | int) -> None:
    """Copy the attributes that belong to an image, from and to paths, or open files."""
    follow = isinstance(source, int)  # of an open file there is nothing to follow, and Python wants it so
    try:
        names = os.listxattr(source, follow_symlinks=follow)
    except OSError:
        return
    for name in names:
        if not whiteouts.is_private_xattr(name) and name.startswith(whiteouts.KEPT_XATTRS):
            value = os.getxattr(source, name, follow_symlinks=follow)
            os.setxattr(target, name, value, follow_symlinks=isinstance(target, int))


def _remove(path: bytes) -> None:
    files.remove_tree(os.fsdecode(path))


def _is_folder(path: bytes) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except FileNotFoundError:
        return False
