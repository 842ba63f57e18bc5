"""A step's layer where the storage driver copies: what differs from the copy's base, moved into a folder of its own.

The folder is like the upper one of an overlay, so that the layer is made of it in the same way, and is the same layer.
"""

from __future__ import annotations

import os
import stat

from pod.runtime import inroot
from pod.storage import tree_changes, tree_copy, whiteouts
from pod.storage.tree_changes import DELETED
from pod.storage.tree_walk import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pod.storage.tree_changes import Change


def take_out(tree: str, base: str, folder: str) -> None:
    """Move what differs in a tree from the one it was a copy of into a new folder, with whiteouts for what is gone."""
    source, target = os.fsencode(tree), os.fsencode(folder)
    os.mkdir(target)
    changes = {change.path.lstrip(b"/"): change for change in tree_changes.of_trees(source, os.fsencode(base))}
    names = _with_other_names(source, changes)
    style = whiteouts.style_for(target)
    folders = [b""]
    tree_copy.copy_metadata(source, target, os.lstat(source))
    for path in sorted(names):
        change = changes.get(path)
        there = os.path.join(target, path)
        if change is not None and change.kind == DELETED:
            style.remove(there)
            continue
        info = os.lstat(os.path.join(source, path))
        if stat.S_ISDIR(info.st_mode):
            os.mkdir(there)
            tree_copy.copy_metadata(os.path.join(source, path), there, info)
            folders.append(path)
        else:
            os.rename(os.path.join(source, path), there)
    for path in reversed(folders):
        info = os.lstat(os.path.join(source, path))
        os.utime(os.path.join(target, path), ns=(info.st_atime_ns, info.st_mtime_ns))


def _with_other_names(tree: bytes, changes: dict[bytes, Change]) -> set[bytes]:
    """Return the changed paths, and the other names of changed files, with the folders above them."""
    found = set(changes)
    inodes = set()
    for path, change in changes.items():
        if change.kind != DELETED:
            info = os.lstat(os.path.join(tree, path))
            if info.st_nlink > 1 and not stat.S_ISDIR(info.st_mode):
                inodes.add((info.st_dev, info.st_ino))
    if inodes:
        for path, info in walk(tree):
            if (info.st_dev, info.st_ino) in inodes:
                found.add(path)
                found.update(_folders_above(path))
    return found


def _folders_above(path: bytes) -> Iterable[bytes]:
    while path := os.path.dirname(path):
        yield path


def remove_mount_points(tree: str, base: str, points: Sequence[str]) -> None:
    """Remove what a container's start has made in a tree to mount on and nobody has used, and new folders above it."""
    root = os.open(tree, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    below = os.open(base, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for point in points:
            path = point.strip("/")
            while path and not _is_there(below, path) and _remove_empty(root, path):
                path = os.path.dirname(path)
    finally:
        os.close(root)
        os.close(below)


def _is_there(root: int, path: str) -> bool:
    try:
        os.close(inroot.open_in_root(root, path))
    except OSError:
        return False
    return True


def _remove_empty(root: int, path: str) -> bool:
    """Remove an empty file or folder; false where there is something else."""
    try:
        parent = inroot.open_in_root(root, os.path.dirname(path), os.O_PATH | os.O_DIRECTORY)
    except OSError:
        return False
    name = os.path.basename(path)
    try:
        info = os.stat(name, dir_fd=parent, follow_symlinks=False)
        if stat.S_ISDIR(info.st_mode):
            os.rmdir(name, dir_fd=parent)
        elif stat.S_ISREG(info.st_mode) and not info.st_size:
            os.unlink(name, dir_fd=parent)
        else:
            return False
    except OSError:
        return False
    finally:
        os.close(parent)
    return True
