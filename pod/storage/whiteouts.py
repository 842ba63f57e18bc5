"""What a layer takes away from those below it, in its two spellings.

In archives (OCI image specification, layer.md, "Whiteouts"): an empty file `.wh.NAME`, and `.wh..wh..opq` in a folder
of which nothing below is to be seen. On disk, as overlay file systems read it: a character device 0:0 named NAME, and
the attribute `user.overlay.opaque`. Where the disk's file system has neither (network file systems), the archive's
spelling is used on disk as well; fuse-overlayfs and the vfs driver understand it.
"""

from __future__ import annotations

import errno
import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Style(Protocol):
        """How whiteouts are written into a layer on disk."""

        def remove(self, path: bytes) -> None:
            """Hide the file of that name in the layers below."""

        def restore(self, path: bytes) -> None:
            """Take a whiteout back."""

        def make_opaque(self, folder: bytes) -> None:
            """Hide everything in that folder of the layers below."""


PREFIX = b".wh."
OPAQUE = b".wh..wh..opq"
_META = b".wh..wh."  # names of AUFS's own files

OPAQUE_XATTR = "user.overlay.opaque"
_OPAQUE_XATTRS = (OPAQUE_XATTR, "user.fuseoverlayfs.opaque", "trusted.overlay.opaque")
KEPT_XATTRS = ("user.", "security.capability", "system.posix_acl_")  # what archives carry
_PRIVATE_XATTRS = ("user.overlay.", "user.fuseoverlayfs.", "user.containers.", "security.fuseoverlayfs.", "trusted.")


class DeviceWhiteouts:
    """The kernel's spelling: overlayfs.rst, "whiteouts and opaque directories", with the `userxattr` option."""

    def remove(self, path: bytes) -> None:
        os.mknod(path, stat.S_IFCHR, 0)

    def restore(self, path: bytes) -> None:
        os.unlink(path)

    def make_opaque(self, folder: bytes) -> None:
        os.setxattr(folder, OPAQUE_XATTR, b"y")


class FileWhiteouts:
    """The archive's spelling, for file systems without device nodes or attributes."""

    def remove(self, path: bytes) -> None:
        _touch(self._name(path))

    def restore(self, path: bytes) -> None:
        os.unlink(self._name(path))

    def make_opaque(self, folder: bytes) -> None:
        _touch(os.path.join(folder, OPAQUE))

    def _name(self, path: bytes) -> bytes:
        folder, name = os.path.split(path)
        return os.path.join(folder, PREFIX + name)


def style_for(folder: bytes) -> Style:
    """Return the spelling that the file system of a folder can hold, found out by trying."""
    probe = os.path.join(folder, b".pod-probe")
    try:
        os.mkdir(probe)
        os.setxattr(probe, OPAQUE_XATTR, b"y")
        os.rmdir(probe)
        os.mknod(probe, stat.S_IFCHR, 0)
    except OSError as err:
        if err.errno not in (errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EINVAL, errno.ENOSYS):
            raise
        try:
            os.rmdir(probe)
        except FileNotFoundError:
            pass
        return FileWhiteouts()
    os.unlink(probe)
    return DeviceWhiteouts()


def _touch(path: bytes) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))


def is_whiteout(info: os.stat_result) -> bool:
    """True for the device that stands for a removed file."""
    return stat.S_ISCHR(info.st_mode) and info.st_rdev == 0


def is_meta(name: bytes) -> bool:
    """True for the names that AUFS keeps for itself, which engines ignore."""
    return name.startswith(_META) and name != OPAQUE


def is_opaque(folder: bytes) -> bool:
    """True for a folder that hides those below it, whichever overlay file system marked it, in either spelling."""
    for name in _OPAQUE_XATTRS:
        try:
            if os.getxattr(folder, name) == b"y":
                return True
        except OSError:
            continue
    return os.path.lexists(os.path.join(folder, OPAQUE))


def clear_opaque(folder: bytes) -> None:
    """Take away whatever marks a folder as opaque."""
    for name in _OPAQUE_XATTRS:
        try:
            os.removexattr(folder, name)
        except OSError:
            continue
    if os.path.lexists(os.path.join(folder, OPAQUE)):
        os.unlink(os.path.join(folder, OPAQUE))


def is_private_xattr(name: str) -> bool:
    """True for attributes by which overlay file systems keep their books: never taken from, nor put in, an archive."""
    return name.startswith(_PRIVATE_XATTRS)
