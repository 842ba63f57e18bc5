"""Walking an unpacked tree, in an order that depends on its names alone, however deep it is."""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def walk(root: bytes, *, live: bool = False, leave_out_closed: bool = False) -> Iterator[tuple[bytes, os.stat_result]]:
    """Yield each path relative to `root` with its lstat, a folder before what is in it, names sorted; not the root.

    What vanishes meanwhile is an error, but not in a tree that is `live`; so is a folder that may not be listed, but
    not with `leave_out_closed`.
    """
    pending = _children(root, b"")
    while pending:
        path = pending.pop()
        try:
            info = os.lstat(os.path.join(root, path))
        except (FileNotFoundError, NotADirectoryError):
            if not live:
                raise
            continue
        yield path, info
        if stat.S_ISDIR(info.st_mode):
            try:
                pending += _children(root, path)
            except (FileNotFoundError, NotADirectoryError):
                if not live:
                    raise
            except PermissionError:
                if not leave_out_closed:
                    raise


def _children(root: bytes, folder: bytes) -> list[bytes]:
    """Return the paths in a folder, the first one last."""
    names = os.listdir(os.path.join(root, folder))
    names.sort(reverse=True)
    return [folder + b"/" + name for name in names] if folder else names
