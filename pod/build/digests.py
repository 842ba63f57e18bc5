"""The digest of files that a step reads: names, kinds, modes, owners, contents and attributes, but no times.

What a file of a context held is remembered under its inode number, size and times, so that a build that finds 20,000
files unchanged reads none of them. A file that was changed in the last moments is not remembered: it might change
again within the clock's grain.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time

from pod.build.tree import Node, Tree
from pod.linux import files, jsonfile
from pod.storage import whiteouts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pod.build.context import Context
    from pod.storage.layout import StorageLayout

_GRAIN = 2_000_000_000  # nanoseconds
_CHUNK = 1 << 20


def of_context(
    layout: StorageLayout, context: Context, paths: Iterable[str], hides: Callable[[str], bool] | None = None
) -> str:
    """Return the digest of some paths of a context and all below them. Whoever owns them does not count."""
    memory = Memory(layout, context.key)
    tree = Tree(context.path, context.ignore)
    try:
        return of_tree(tree, paths, hides, memory, owners=False)
    finally:
        tree.close()
        memory.save()


def of_tree(
    tree: Tree,
    paths: Iterable[str],
    hides: Callable[[str], bool] | None = None,
    memory: Memory | None = None,
    *,
    owners: bool = True,
) -> str:
    """Return the digest of some paths of a tree."""
    whole = hashlib.sha256()
    links: dict[tuple[int, int], str] = {}
    for path in paths:
        whole.update(f"path {path}\n".encode(errors="surrogateescape"))
        for node in tree.walk(path, hides):
            whole.update(_line(node, links, memory, owners))
    return whole.hexdigest()


def _line(node: Node, links: dict[tuple[int, int], str], memory: Memory | None, owners: bool) -> bytes:
    info = node.info
    mode = info.st_mode
    what = ""
    if stat.S_ISREG(mode):
        if info.st_nlink > 1:
            first = links.setdefault((info.st_dev, info.st_ino), node.path)
            what = f"link {first} " if first != node.path else ""
        what += memory.of(node) if memory is not None else read(node)
    elif stat.S_ISLNK(mode):
        what = os.readlink(node.name, dir_fd=node.folder)
    owner = f"{info.st_uid}:{info.st_gid}" if owners else ""
    return f"{node.path}\0{mode:o}\0{owner}\0{what}\n".encode(errors="surrogateescape")


def read(node: Node) -> str:
    """Return the digest of a file's content and attributes."""
    digest = hashlib.sha256()
    fd = os.open(node.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=node.folder)
    try:
        while data := os.read(fd, _CHUNK):
            digest.update(data)
        try:
            names = os.listxattr(fd)
        except OSError:
            names = []
        for name in sorted(names):
            if name.startswith(whiteouts.KEPT_XATTRS) and not whiteouts.is_private_xattr(name):
                digest.update(name.encode() + os.getxattr(fd, name))
    finally:
        os.close(fd)
    return digest.hexdigest()


class Memory:
    """The digests of a context's files at the last build."""

    def __init__(self, layout: StorageLayout, key: str) -> None:
        name = hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()[:32]
        self._path = f"{layout.build}/digests/{name}.json" if key else ""
        self._known = self._load()
        self._new: dict[str, str] = {}

    def _load(self) -> dict[str, str]:
        if not self._path:
            return {}
        try:
            known = jsonfile.read(self._path)
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}

    def of(self, node: Node) -> str:
        """Return the digest of a file, read only if it is not known."""
        info = node.info
        identity = f"{info.st_ino} {info.st_size} {info.st_mtime_ns} {info.st_ctime_ns}"
        known = self._known.get(identity)
        if known is None:
            now = time.time_ns()
            known = read(node)
            if max(info.st_mtime_ns, info.st_ctime_ns) < now - _GRAIN:
                self._new[identity] = known
        return known

    def save(self) -> None:
        """Write what is new. Of two builds at once one loses what it learnt."""
        if self._path and self._new:
            files.make_folders(os.path.dirname(self._path))
            jsonfile.write(self._path, {**self._known, **self._new}, durable=False)
            self._known.update(self._new)
            self._new = {}
