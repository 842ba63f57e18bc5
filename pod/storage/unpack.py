"""Unpacking a layer into the present folder, exactly, with nothing that an archive says able to reach outside.

The caller has made the folder its root by chroot(2): links planted by one member lead the next one nowhere else. Within
that, a member replaces what an earlier one put in its place, but never through a link in the last component. The
layer does not know those below it: a hard link to a file of a lower layer is refused (as Docker's overlay2 does; its
own archives have none, because linking copies the file up), and a folder that the archive needs but does not name
is made with mode 0755.

Folders get their times and special bits in the end, when nothing in them changes any more.
"""

from __future__ import annotations

import errno
import os
import stat

from pod.errors import ArchiveError
from pod.linux import files
from pod.storage import whiteouts
from pod.storage.owners import Lost, Owners
from pod.storage.tar import member
from pod.storage.tar.member import Member
from pod.storage.tar.reader import TarReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pod.storage.tar.source import Source

DEFAULT_LIMIT = 1 << 40  # bytes of one uncompressed layer
MAX_NOTES = 100

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_SPECIAL = 0o7000  # set-user-ID, set-group-ID, sticky
_SETS_ID = 0o6000
_ROOT = b"."
_MAX_ID = 0xFFFFFFFE  # chown(2) takes the number above for "leave it"
_NO_XATTR = (errno.ENOTSUP, errno.EPERM, errno.EINVAL, errno.ENOSPC, errno.E2BIG, errno.ERANGE, errno.ENAMETOOLONG)
_IMPOSSIBLE = (
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EEXIST,
    errno.ELOOP,
    errno.ENAMETOOLONG,
    errno.EFBIG,
    errno.EMLINK,
    errno.EINVAL,
)


class Unpacked:
    """What came out of an archive."""

    def __init__(self) -> None:
        self.size = 0  # of the regular files, without holes and further links
        self.files = 0  # members of every kind
        self.owners: Owners = {}
        self.notes: list[str] = []  # what was left out, for debugging


class Unpacker:
    """Puts one archive into the present folder. With `single_id` no file can have an owner but root."""

    def __init__(self, *, single_id: bool = False, limit: int = DEFAULT_LIMIT) -> None:
        self.result = Unpacked()
        self._single_id = single_id
        self._limit = limit
        self._style: whiteouts.Style
        self._removed: set[bytes] = set()  # names with a whiteout of this archive
        self._folders: dict[bytes, tuple[int, int, int]] = {}  # mode, time and inode to finish with
        self._makers: dict[str, Callable[[Member, bytes], None]] = {
            member.FILE: self._make_file,
            member.DIRECTORY: self._make_folder,
            member.SYMLINK: self._make_symlink,
            member.HARDLINK: self._make_hardlink,
            member.FIFO: self._make_fifo,
        }

    def unpack(self, source: Source) -> Unpacked:
        """Unpack everything and read the stream to its end. Raises ArchiveError, and OSError of the file system."""
        os.umask(0)
        self._prepare()
        self._reader = TarReader(source)
        for entry in self._reader:
            if source.position + entry.stored > self._limit:
                raise ArchiveError(f"it is larger than the {self._limit} bytes that are allowed")
            self._put(entry)
        source.drain()
        self._finish_folders()
        return self.result

    def _prepare(self) -> None:
        _start_plain()
        self._style = whiteouts.style_for(_ROOT)

    def _put(self, entry: Member) -> None:
        path = clean(entry.path)
        self.result.files += 1
        try:
            if b".wh." in path and self._put_whiteout(path):
                return
            maker = self._makers.get(entry.kind)
            if maker is None:
                self._note(path, f"a {entry.kind} is left out")
            elif path == _ROOT and entry.kind != member.DIRECTORY:
                raise ArchiveError(f"the archive has a {entry.kind} in place of its root folder")
            else:
                maker(entry, path)
        except OSError as err:
            raise _explained(err, entry.kind, path) from err

    def _put_whiteout(self, path: bytes) -> bool:
        """Act on a name that begins with `.wh.`; false for any other."""
        folder, name = os.path.split(path)
        if not name.startswith(whiteouts.PREFIX):
            return False
        if name == whiteouts.OPAQUE:
            folder = folder or _ROOT
            if folder != _ROOT and not is_folder(folder):
                self._make_implied(folder)
            self._style.make_opaque(folder)
        elif whiteouts.is_meta(name):
            self._note(path, "AUFS's own file is left out")
        else:
            removed = name[len(whiteouts.PREFIX) :]
            if removed in (b"", b".", b".."):
                raise ArchiveError(f"{show(path)} is no valid whiteout")
            self._remove(os.path.join(folder, removed))
        return True

    def _remove(self, path: bytes) -> None:
        """Hide a name of the layers below. What this archive has under that name stays, whichever came first."""
        if is_folder(path):
            self._style.make_opaque(path)
        elif path not in self._removed and not os.path.lexists(path):
            self._place(path, self._style.remove)
            self._removed.add(path)

    # members by kind

    def _make_file(self, entry: Member, path: bytes) -> None:
        fd = self._place(path, os.open, _NEW_FILE, entry.mode & 0o777)
        try:
            self._reader.copy_to(fd)
            self.result.size += entry.stored
            self._own(entry, path, fd)
            os.utime(fd, ns=(entry.mtime_ns, entry.mtime_ns))
        finally:
            os.close(fd)

    def _make_folder(self, entry: Member, path: bytes) -> None:
        self._make_or_keep_folder(path, entry.mode & 0o777)
        mode = self._own(entry, path, path)
        self._folders[path] = (mode, entry.mtime_ns, os.lstat(path).st_ino)

    def _make_or_keep_folder(self, path: bytes, mode: int) -> None:
        """Make a folder. One that this archive made before is kept; a whiteout of that name makes it opaque."""
        hidden = path in self._removed
        if hidden:
            self._take_back_whiteout(path)
        try:
            os.mkdir(path, mode)
        except FileExistsError:
            if is_folder(path):
                os.chmod(path, mode)
                return
            hidden = hidden or whiteouts.is_whiteout(os.lstat(path))  # reached by another name, through a link
            self._place(path, os.mkdir, mode)
        except (FileNotFoundError, NotADirectoryError):
            self._place(path, os.mkdir, mode)
        if hidden:
            self._style.make_opaque(path)

    def _make_symlink(self, entry: Member, path: bytes) -> None:
        self._place(path, lambda at: os.symlink(entry.linkpath, at))
        self._own(entry, path, path)
        os.utime(path, ns=(entry.mtime_ns, entry.mtime_ns), follow_symlinks=False)

    def _make_hardlink(self, entry: Member, path: bytes) -> None:
        target = clean(entry.linkpath)
        try:
            info = os.lstat(target)
        except (FileNotFoundError, NotADirectoryError):
            raise ArchiveError(f"{show(path)} is a hard link to {show(target)}, which is not in this layer") from None
        if stat.S_ISDIR(info.st_mode) or whiteouts.is_whiteout(info):
            raise ArchiveError(f"{show(path)} is a hard link to {show(target)}, which is no file")
        if path == target or (os.path.lexists(path) and os.path.samestat(os.lstat(path), info)):
            return
        self._place(path, lambda at: os.link(target, at, follow_symlinks=False))
        self._forget_owner(path)
        if target in self.result.owners:
            self.result.owners[path] = self.result.owners[target]

    def _make_fifo(self, entry: Member, path: bytes) -> None:
        self._place(path, os.mkfifo, entry.mode & 0o777)
        self._own(entry, path, path)
        os.utime(path, ns=(entry.mtime_ns, entry.mtime_ns), follow_symlinks=False)

    # places

    def _place(self, path: bytes, make: Callable[..., Any], *arguments: Any) -> Any:
        """Call `make(path, …)`, clearing what is in its way and making the folders above it where that fails."""
        if path in self._removed:
            self._take_back_whiteout(path)
        try:
            return make(path, *arguments)
        except FileExistsError:
            files.remove_tree(os.fsdecode(path))
        except (FileNotFoundError, NotADirectoryError):
            self._make_implied(os.path.dirname(path))
        return make(path, *arguments)

    def _take_back_whiteout(self, path: bytes) -> None:
        """What an archive has itself is not subject to its own whiteouts (layer.md, "Whiteouts")."""
        self._removed.discard(path)
        self._style.restore(path)

    def _make_implied(self, folder: bytes) -> None:
        """Make the folders that the archive does not name. A file in the way stays: what follows will then fail."""
        parts = folder.split(b"/") if folder else []
        for count in range(1, len(parts) + 1):
            part = b"/".join(parts[:count])
            if not os.path.isdir(part) and (not os.path.lexists(part) or whiteouts.is_whiteout(os.lstat(part))):
                self._make_or_keep_folder(part, 0o755)

    def _finish_folders(self) -> None:
        for path, (mode, mtime_ns, inode) in reversed(self._folders.items()):
            try:
                if os.lstat(path).st_ino != inode:
                    continue  # another member has taken its place
            except OSError:
                continue
            if mode & _SPECIAL:
                os.chmod(path, mode)
            os.utime(path, ns=(mtime_ns, mtime_ns), follow_symlinks=False)

    # owners, special bits, attributes

    def _own(self, entry: Member, path: bytes, target: bytes | int) -> int:
        """Give a new file its owner, special bits and attributes, and record what cannot be given.

        Returns the mode that the file is to have; folders get its special bits in the end.
        """
        mode = entry.mode
        lost = (entry.uid or entry.gid) and not self._chown(entry, target)
        if lost and not self._single_id and entry.kind != member.DIRECTORY:
            mode &= ~_SETS_ID  # of another owner than the one meant
        if mode & _SPECIAL and entry.kind in (member.FILE, member.FIFO):
            os.chmod(target, mode)
        missing = self._set_xattrs(entry, path, target) if entry.xattrs else {}
        if lost or missing:
            self.result.owners[path] = Lost(entry.uid, entry.gid, None if mode == entry.mode else entry.mode, missing)
        else:
            self._forget_owner(path)
        return mode

    def _forget_owner(self, path: bytes) -> None:
        """A later member of the same name has replaced the file that was recorded."""
        if self.result.owners:
            self.result.owners.pop(path, None)

    def _chown(self, entry: Member, target: bytes | int) -> bool:
        """Set the owner; false where no such id is mapped into this user namespace."""
        if self._single_id or max(entry.uid, entry.gid) > _MAX_ID:
            return False
        try:
            if isinstance(target, int):
                os.fchown(target, entry.uid, entry.gid)
            else:
                os.lchown(target, entry.uid, entry.gid)
        except OSError as err:
            if err.errno not in (errno.EINVAL, errno.EPERM, errno.EOVERFLOW):
                raise
            return False
        return True

    def _set_xattrs(self, entry: Member, path: bytes, target: bytes | int) -> dict[str, bytes]:
        """Set the attributes that an image may set; return those that the file system does not take."""
        missing = {}
        for name, value in entry.xattrs.items():
            if whiteouts.is_private_xattr(name) or not name.startswith(whiteouts.KEPT_XATTRS) or "\0" in name:
                self._note(path, f"attribute {name!r} is left out")
                continue
            try:
                os.setxattr(target, name, value, follow_symlinks=isinstance(target, int))
            except OSError as err:
                if err.errno not in _NO_XATTR:
                    raise
                self._note(path, f"attribute {name} cannot be set: {err.strerror}")
                missing[name] = value
        return missing

    def _note(self, path: bytes, text: str) -> None:
        if len(self.result.notes) < MAX_NOTES:
            self.result.notes.append(f"{show(path)}: {text}")


def clean(path: bytes) -> bytes:
    """Return a path of an archive relative to its root, without `.` and `..`; `..` does not lead above the root."""
    if path.startswith(b"./"):
        path = path[2:]
    if b"/." not in path and b"//" not in path and path[:1] not in (b"/", b".") and path[-1:] != b"/" and path:
        return path
    parts: list[bytes] = []
    for part in path.split(b"/"):
        if part == b"..":
            del parts[-1:]
        elif part not in (b"", b"."):
            parts.append(part)
    return b"/".join(parts) or _ROOT


def show(path: bytes) -> str:
    """Return a path for a message."""
    return f"{os.fsdecode(path)!a:.200}"


def _start_plain() -> None:
    """Free the folder of what it may have inherited, and would pass on: the set-group-ID bit and a default ACL."""
    os.chmod(_ROOT, 0o755)
    try:
        os.removexattr(_ROOT, "system.posix_acl_default")
    except OSError as err:
        if err.errno not in (errno.ENODATA, errno.ENOTSUP):
            raise


def is_folder(path: bytes) -> bool:
    """True for a folder itself, false for a link to one."""
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _explained(err: OSError, kind: str, path: bytes) -> Exception:
    """Return an ArchiveError where the archive asks for the impossible, the error itself where the disk is at fault."""
    if err.errno in _IMPOSSIBLE:
        return ArchiveError(f"cannot unpack the {kind} {show(path)}: {err.strerror}")
    return err
