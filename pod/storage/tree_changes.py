"""What changed in a file system: as the upper folder of an overlay tells it, or found by comparing two trees.

A change is `A` (added), `C` (changed) or `D` (deleted) and a path from the root, as `docker diff` prints them. A folder
counts as changed when anything in it did; of a deleted folder only the folder itself is named.
"""

from __future__ import annotations

import os
import stat

from pod.record import Record
from pod.storage import whiteouts

ADDED, CHANGED, DELETED = "A", "C", "D"


class Change(Record):
    """One difference."""

    kind: str
    path: bytes  # from the root: b"/etc/passwd"


def of_upper(upper: bytes, lower: bytes, at: bytes = b"") -> list[Change]:
    """Return what an upper folder changes of the tree `lower` that it lies over; `at` is where both belong."""
    changes = []
    pending = [(b"", True, False)]  # a folder, whether `lower` has it as one, whether it hides that one
    while pending:
        folder, below, opaque = pending.pop()
        names = os.listdir(os.path.join(upper, folder))
        for name in names:
            path = os.path.join(folder, name)
            full = os.path.join(upper, path)
            if name.startswith(whiteouts.PREFIX):
                removed = os.path.join(folder, name[len(whiteouts.PREFIX) :])
                if name != whiteouts.OPAQUE and below and os.path.lexists(os.path.join(lower, removed)):
                    changes.append(Change(DELETED, at + b"/" + removed))
                continue
            info = os.lstat(full)
            old = _lstat(os.path.join(lower, path)) if below else None
            if whiteouts.is_whiteout(info):
                if old is not None:
                    changes.append(Change(DELETED, at + b"/" + path))
                continue
            changes.append(Change(ADDED if old is None else CHANGED, at + b"/" + path))
            if stat.S_ISDIR(info.st_mode):
                beneath = old is not None and stat.S_ISDIR(old.st_mode)
                pending.append((path, beneath, opaque or whiteouts.is_opaque(full)))
        if opaque and below:
            hidden = set(os.listdir(os.path.join(lower, folder))) - set(names)
            changes += [Change(DELETED, at + b"/" + os.path.join(folder, name)) for name in hidden]
    return sorted(changes, key=lambda change: change.path)


def of_trees(new: bytes, old: bytes) -> list[Change]:
    """Return what must change of the tree `old` to become `new`."""
    kinds: dict[bytes, str] = {}
    pending = [(b"", True)]
    while pending:
        folder, below = pending.pop()
        names = os.listdir(os.path.join(new, folder))
        for name in names:
            path = os.path.join(folder, name)
            info = os.lstat(os.path.join(new, path))
            before = _lstat(os.path.join(old, path)) if below else None
            if before is None:
                kinds[path] = ADDED
            elif differ(info, before, os.path.join(new, path), os.path.join(old, path)):
                kinds[path] = CHANGED
            if stat.S_ISDIR(info.st_mode):
                pending.append((path, before is not None and stat.S_ISDIR(before.st_mode)))
        if below:
            for name in set(os.listdir(os.path.join(old, folder))) - set(names):
                kinds[os.path.join(folder, name)] = DELETED
    for path in list(kinds):
        folder = os.path.dirname(path)
        while folder and folder not in kinds:
            kinds[folder] = CHANGED
            folder = os.path.dirname(folder)
    return [Change(kinds[path], b"/" + path) for path in sorted(kinds)]


def differ(new: os.stat_result, old: os.stat_result, new_path: bytes, old_path: bytes) -> bool:
    """Tell whether a file is another one by what its inode says: contents are not read."""
    fields = ("st_mode", "st_uid", "st_gid", "st_rdev")
    if any(getattr(new, field) != getattr(old, field) for field in fields):
        return True
    if stat.S_ISLNK(new.st_mode) and os.readlink(new_path) != os.readlink(old_path):
        return True
    is_folder = stat.S_ISDIR(new.st_mode)  # its time changes with what is in it
    if not is_folder and (new.st_size, new.st_mtime_ns) != (old.st_size, old.st_mtime_ns):
        return True
    return _attributes(new_path) != _attributes(old_path)


def _attributes(path: bytes) -> dict[str, bytes]:
    """Return the extended attributes that belong to an image: setcap(8) changes nothing else."""
    try:
        names = os.listxattr(path, follow_symlinks=False)
    except OSError:
        return {}
    kept = (name for name in names if name.startswith(whiteouts.KEPT_XATTRS))
    return {n: os.getxattr(path, n, follow_symlinks=False) for n in kept if not whiteouts.is_private_xattr(n)}


def _lstat(path: bytes) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
