"""Putting files into a step's root, as COPY and ADD do: where they go, whom they belong to, what their mode is.

Paths in the root are resolved by the kernel inside it; below the target everything goes by descriptors of folders, so
that no link in the image leads out. BuildKit's rules: a folder's contents are merged into the target, folders that
are there get the source's metadata unless they are the target itself, and nothing but a folder replaces a folder.
"""

from __future__ import annotations

import os
import posixpath
import re
import stat

from pod.errors import BuildError
from pod.linux import files
from pod.record import Record
from pod.runtime import inroot, users
from pod.storage import tree_copy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pod.build.tree import Node

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_SYMBOLIC = re.compile(r"([ugoa]*)([-+=])([rwxXst]*)")


class Manner(Record):
    """How files arrive: the owner (None: their own), the mode as --chmod has it ("": their own)."""

    owner: tuple[int, int] | None = None
    mode: str = ""


def owner_of(root: str, text: str) -> tuple[int, int] | None:
    """Return what --chown says, with the names that the image knows; None where it says nothing.

    As for Docker a number without a group is the group's number, too.
    """
    if not text:
        return None
    user = users.resolve_user(root, text)
    if ":" not in text and text.isdecimal():
        return user.uid, user.uid
    return user.uid, user.gid


def check_mode(text: str) -> None:
    """Raise ValueError for a --chmod that is none."""
    if text and not (text.isdecimal() and set(text) <= set("01234567") and int(text, 8) <= 0o7777):
        for part in text.split(","):
            if not _SYMBOLIC.fullmatch(part):
                raise ValueError(f"{text!r:.40} is no mode such as 755 or u=rwX,go=rX")


def mode_of(text: str, mode: int) -> int:
    """Return the mode of a file after --chmod."""
    if not text:
        return stat.S_IMODE(mode)
    if text.isdecimal():
        return int(text, 8)
    result = stat.S_IMODE(mode)
    for part in text.split(","):
        match = _SYMBOLIC.fullmatch(part)
        assert match is not None
        result = _apply(match[1] or "a", match[2], match[3], result, is_folder=stat.S_ISDIR(mode))
    return result


def _apply(who: str, operator: str, what: str, mode: int, *, is_folder: bool) -> int:
    """Apply one clause of chmod(1)."""
    classes = "ugo" if "a" in who else who
    bits = 0
    for char in what:
        if char in "rwx" or (char == "X" and (is_folder or mode & 0o111)):
            bit = {"r": 4, "w": 2, "x": 1, "X": 1}[char]
            for name in classes:
                bits |= bit << {"u": 6, "g": 3, "o": 0}[name]
        elif char == "s":
            bits |= (0o4000 if "u" in classes else 0) | (0o2000 if "g" in classes else 0)
        elif char == "t":
            bits |= 0o1000
    if operator == "+":
        return mode | bits
    if operator == "-":
        return mode & ~bits
    cleared = sum({"u": 0o700, "g": 0o070, "o": 0o007}[name] for name in set(classes))
    return (mode & ~cleared) | bits


class Placer:
    """Puts files below one folder of a root, which is made with its parents when it is missing."""

    def __init__(self, root: str, manner: Manner) -> None:
        self._root = os.open(root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        self._manner = manner

    def close(self) -> None:
        os.close(self._root)

    def is_folder(self, path: str) -> bool:
        """True where the root has a folder there, perhaps through a link."""
        try:
            fd = inroot.open_in_root(self._root, path, os.O_PATH | os.O_DIRECTORY)
        except OSError:
            return False
        os.close(fd)
        return True

    def folder(self, path: str, mode: int = 0o755) -> tuple[int, bool]:
        """Open a folder, making it and what is missing above it for the owner; tell whether it is new."""
        try:
            return inroot.open_in_root(self._root, path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC), False
        except NotADirectoryError as err:
            raise BuildError(f"cannot copy to {path}: it, or a part of it, is no folder in the image") from err
        except FileNotFoundError:
            pass
        parent, _new = self.folder(posixpath.dirname(path.rstrip("/")) or "/")
        try:
            name = posixpath.basename(path.rstrip("/"))
            try:
                os.mkdir(name, mode, dir_fd=parent)
            except FileExistsError as err:
                raise BuildError(f"cannot copy to {path}: there is a link that leads nowhere") from err
            if self._manner.owner is not None:
                os.chown(name, *self._manner.owner, dir_fd=parent)
            os.chmod(name, mode, dir_fd=parent)
            return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent), True
        finally:
            os.close(parent)

    def put_file(self, node: Node, folder: int, name: str) -> None:
        """Put one file, of any kind but a folder, under a name into an open folder."""
        _Merger(self._manner).put(node, folder, name)

    def put_folder(self, nodes: Iterable[Node], path: str) -> None:
        """Merge what a walk of a folder yields into the folder of that path."""
        merger = _Merger(self._manner)
        first = True
        target = -1
        try:
            for node in nodes:
                if first:
                    first = False
                    target, new = self.folder(path)
                    merger.begin(target, node, new=new)
                else:
                    merger.merge(node)
            merger.finish()
        finally:
            if target >= 0:
                os.close(target)

    def put_bytes(self, data: bytes, folder: int, name: str, mode: int = 0o644, mtime_ns: int | None = None) -> None:
        """Write a new file."""
        _clear(folder, name, name)
        fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder)
        try:
            files.write_all(fd, data)
            os.fchown(fd, *(self._manner.owner or (0, 0)))
            os.fchmod(fd, mode_of(self._manner.mode, stat.S_IFREG | mode))
            if mtime_ns is not None:
                os.utime(fd, ns=(mtime_ns, mtime_ns))
        finally:
            os.close(fd)


class _Merger:
    """One walk of a source on its way into a target."""

    def __init__(self, manner: Manner) -> None:
        self._manner = manner
        self._links: dict[tuple[int, int], tuple[str, str]] = {}
        self._folders: list[tuple[str, int, os.stat_result]] = []  # the open ones, from the target down
        self._times: list[tuple[str, os.stat_result]] = []

    def begin(self, target: int, node: Node, *, new: bool) -> None:
        """Take the target: a new one gets the source's metadata, one that was there keeps its own."""
        self._folders = [("", target, node.info)]
        if new:
            self._own(node, target, ".")
            self._times.append((".", node.info))

    def merge(self, node: Node) -> None:
        """Put the next file of the walk."""
        parent, name = posixpath.split(node.path)
        while self._folders[-1][0] != parent:
            os.close(self._folders.pop()[1])
        folder = self._folders[-1][1]
        if stat.S_ISDIR(node.info.st_mode):
            self._folders.append((node.path, self._enter(node, folder, name), node.info))
        else:
            self.put(node, folder, name)

    def finish(self) -> None:
        """Set the times of folders once nothing in them changes any more."""
        while len(self._folders) > 1:
            os.close(self._folders.pop()[1])
        if self._folders:
            target = self._folders[0][1]
            for path, info in reversed(self._times):
                os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns), dir_fd=target)

    def _enter(self, node: Node, folder: int, name: str) -> int:
        try:
            os.mkdir(name, 0o755, dir_fd=folder)
        except FileExistsError:
            if not stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                raise BuildError(
                    f"cannot copy the folder {node.path}: in the image there is a file in its place"
                ) from None
        self._own(node, folder, name)
        self._times.append((node.path, node.info))
        return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)

    def put(self, node: Node, folder: int, name: str) -> None:
        """Put one file that is no folder."""
        info = node.info
        key = (info.st_dev, info.st_ino)
        if info.st_nlink > 1 and (first := self._links.get(key)) is not None and self._folders:
            _clear(folder, name, node.path or node.name)
            os.link(first[0], name, src_dir_fd=self._folders[0][1], dst_dir_fd=folder, follow_symlinks=False)
            return
        if info.st_nlink > 1 and node.path:
            self._links[key] = (node.path, name)
        if stat.S_ISREG(info.st_mode):
            self._put_regular(node, folder, name)
            return
        _clear(folder, name, node.path or node.name)
        source = os.fsencode(f"/proc/self/fd/{node.folder}/{node.name}")
        target = os.fsencode(f"/proc/self/fd/{folder}/{name}")
        if stat.S_ISLNK(info.st_mode):
            os.symlink(os.readlink(source), target)
        elif stat.S_ISFIFO(info.st_mode):
            os.mkfifo(target)
        else:
            return  # sockets, and devices that the user could not make
        self._own(node, folder, name)
        tree_copy.copy_attributes(source, target)
        os.utime(name, ns=(info.st_atime_ns, info.st_mtime_ns), dir_fd=folder, follow_symlinks=False)

    def _put_regular(self, node: Node, folder: int, name: str) -> None:
        """Put a file with data: by descriptors, which is what makes thousands of them go fast."""
        info = node.info
        source = os.open(node.name, _READ, dir_fd=node.folder)
        try:
            try:
                target = os.open(name, _CREATE, 0o600, dir_fd=folder)
            except FileExistsError:
                _clear(folder, name, node.path or node.name)
                target = os.open(name, _CREATE, 0o600, dir_fd=folder)
            try:
                tree_copy.copy_open(source, target, info)
                os.fchown(target, *(self._manner.owner or (info.st_uid, info.st_gid)))
                os.fchmod(target, mode_of(self._manner.mode, info.st_mode))
                tree_copy.copy_attributes(source, target)
                os.utime(target, ns=(info.st_atime_ns, info.st_mtime_ns))
            finally:
                os.close(target)
        finally:
            os.close(source)

    def _own(self, node: Node, folder: int, name: str) -> None:
        owner = self._manner.owner or (node.info.st_uid, node.info.st_gid)
        os.chown(name, *owner, dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISLNK(node.info.st_mode):
            os.chmod(name, mode_of(self._manner.mode, node.info.st_mode), dir_fd=folder)


def _clear(folder: int, name: str, shown: str) -> None:
    """Take away what a file replaces; a folder stays, and is an error."""
    try:
        info = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return
    if stat.S_ISDIR(info.st_mode):
        raise BuildError(f"cannot copy {shown}: in the image there is a folder in its place")
    os.unlink(name, dir_fd=folder)


def with_hidden(patterns: tuple[str, ...]) -> Callable[[str], bool] | None:
    """Return what --exclude leaves out of a source."""
    if not patterns:
        return None
    from pod.build import ignore

    return ignore.parse("\n".join(patterns), "--exclude").hides
