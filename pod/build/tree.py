"""Reading a tree that files are copied from: looking up patterns, and walking, never out of it.

Paths are relative to the tree's root, as the bytes of their names decode (surrogateescape).
"""

from __future__ import annotations

import os
import posixpath
import re
import stat

from pod.build.ignore import Ignore, translate
from pod.record import Record
from pod.runtime import inroot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Node(Record):
    """One file: its path below what is copied, the descriptor of its folder and its name there, and its stat."""

    path: str  # "" for what is copied itself
    folder: int
    name: str
    info: os.stat_result


class Tree:
    """An open root, with what is hidden in it."""

    def __init__(self, path: str, ignore: Ignore | None = None) -> None:
        self.path = path
        self.ignore = ignore or Ignore()
        self.root = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def close(self) -> None:
        os.close(self.root)

    def find(self, pattern: str, *, deep: bool = False) -> list[str]:
        """Return the paths that a pattern fits, sorted; one without wildcards fits itself, if it is there."""
        cleaned = posixpath.normpath("/" + pattern).lstrip("/") or "."
        if not has_wildcard(cleaned):
            path = _unescaped(cleaned)
            return [path] if self.sees(path) else []
        found = [""]
        for part in cleaned.split("/"):
            found = [path for folder in found for path in self._matches(folder, part, deep=deep)]
        return [path for path in found if self.sees(path)]

    def _matches(self, folder: str, part: str, *, deep: bool) -> list[str]:
        if deep and part == "**":
            below = [node.path for node in self.walk(folder or ".") if node.path and stat.S_ISDIR(node.info.st_mode)]
            return [folder, *(posixpath.join(folder, path) for path in below)]
        if not has_wildcard(part):
            return [posixpath.join(folder, _unescaped(part))]
        fits = re.compile(translate(part, deep=False), re.DOTALL).fullmatch
        return [posixpath.join(folder, name) for name in self.names(folder or ".") if fits(name)]

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder, sorted; none where it is no folder."""
        try:
            fd = inroot.open_in_root(self.root, folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            return []
        try:
            return sorted(os.listdir(fd))
        finally:
            os.close(fd)

    def sees(self, path: str) -> bool:
        """True where there is such a file, and a build may see it or something in it."""
        return self.exists(path) and (path == "." or not self.ignore.hides(path) or self.ignore.may_show_below(path))

    def exists(self, path: str) -> bool:
        try:
            os.close(inroot.open_in_root(self.root, path))
        except OSError:
            try:
                self._stat_link(path)
            except OSError:
                return False
        return True

    def folder_mode(self, path: str) -> int | None:
        """Return the permissions of a folder, None where there is something else, a link included."""
        info = self._stat_link(path)
        return stat.S_IMODE(info.st_mode) if stat.S_ISDIR(info.st_mode) else None

    def _stat_link(self, path: str) -> os.stat_result:
        folder = inroot.open_in_root(self.root, posixpath.dirname(path) or ".")
        try:
            return os.stat(posixpath.basename(path), dir_fd=folder, follow_symlinks=False)
        finally:
            os.close(folder)

    def walk(self, path: str, hides: Callable[[str], bool] | None = None) -> Iterator[Node]:
        """Yield what is copied: the file or folder of that path, and all in it, folders before what is in them.

        A link at the end of the path is followed within the tree. `hides` leaves out more than the tree's own rules.
        """
        start = inroot.open_in_root(self.root, path)
        try:
            info = os.fstat(start)
            if not stat.S_ISDIR(info.st_mode):
                real = os.readlink(f"/proc/self/fd/{start}")
                folder = os.open(os.path.dirname(real), os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
                try:
                    yield Node("", folder, os.path.basename(real), info)
                finally:
                    os.close(folder)
                return
            opened = os.open(f"/proc/self/fd/{start}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        finally:
            os.close(start)
        try:
            yield Node("", opened, ".", info)
            yield from self._below(opened, "", "" if path == "." else path, hides)
        finally:
            os.close(opened)

    def _below(self, folder: int, path: str, full: str, hides: Callable[[str], bool] | None) -> Iterator[Node]:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            inner = f"{path}/{entry.name}" if path else entry.name
            whole = f"{full}/{entry.name}" if full else entry.name
            info = entry.stat(follow_symlinks=False)
            is_folder = stat.S_ISDIR(info.st_mode)
            hidden = bool(self.ignore.rules) and self.ignore.hides(whole)
            if (hidden and not (is_folder and self.ignore.may_show_below(whole))) or (hides and hides(inner)):
                continue
            if not hidden:
                yield Node(inner, folder, entry.name, info)
            if is_folder:
                fd = os.open(entry.name, _FOLDER, dir_fd=folder)
                try:
                    yield from self._hidden_folder(hidden, Node(inner, folder, entry.name, info), fd, whole, hides)
                finally:
                    os.close(fd)

    def _hidden_folder(
        self, hidden: bool, node: Node, fd: int, whole: str, hides: Callable[[str], bool] | None
    ) -> Iterator[Node]:
        """Go on in a folder; one that is hidden itself comes only with something in it that is not."""
        told = not hidden
        for inner in self._below(fd, node.path, whole, hides):
            if not told:
                told = True
                yield node
            yield inner


def has_wildcard(pattern: str) -> bool:
    """True for a pattern that may fit more than one name."""
    return any(char in pattern for char in "*?[\\")


def _unescaped(pattern: str) -> str:
    return pattern.replace("\\", "") if "\\" in pattern else pattern


def why_missing(tree: Tree, pattern: str) -> str:
    """Return what may help with a pattern that fits nothing a build sees: the rule that hides it, or near names."""
    everything = Tree(tree.path)
    try:
        hidden = everything.find(pattern)
    finally:
        everything.close()
    rule = tree.ignore.rule_for(hidden[0]) if hidden else None
    if rule is not None:
        what = "it is" if hidden[0] == posixpath.normpath("/" + pattern).lstrip("/") else f"{hidden[0]} is"
        return f"{what} there, but line {rule.line} of {tree.ignore.file} hides it: {rule.pattern}"
    if pattern.startswith("../") or "/../" in pattern:
        return f"{pattern:.60} leads out of the context, whose root is all that a build sees"
    folder, name = posixpath.split(posixpath.normpath("/" + pattern).lstrip("/"))
    from difflib import get_close_matches  # only for the message

    near = get_close_matches(name, tree.names(folder or "."), n=3, cutoff=0.5)
    return f"there is {', '.join(posixpath.join(folder, other) for other in near)}" if near else ""
