"""Walking an unpacked tree, in an order that depends on its names alone, however deep it is."""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def walk(root: bytes, *, leave_out_closed: bool = False) -> Iterator[tuple[bytes, os.stat_result]]:
    """Yield each path relative to `root` with its lstat, a folder before what is in it, names sorted; not the root.

    With `leave_out_closed` folders that may not be listed are taken for empty ones.
    """
    pending = _children(root, b"", leave_out_closed)
    while pending:
        path = pending.pop()
        info = os.lstat(os.path.join(root, path))
        yield path, info
        if stat.S_ISDIR(info.st_mode):
            pending += _children(root, path, leave_out_closed)


def _children(root: bytes, folder: bytes, leave_out_closed: bool) -> list[bytes]:
    """Return the paths in a folder, the first one last."""
    try:
        names = os.listdir(os.path.join(root, folder))
    except PermissionError:
        if leave_out_closed:
            return []
        raise
    names.sort(reverse=True)
    return [folder + b"/" + name for name in names] if folder else names
