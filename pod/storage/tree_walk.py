"""Walking an unpacked tree, in an order that depends on its names alone, however deep it is."""

from __future__ import annotations

import errno
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_GONE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


def walk(root: bytes, *, live: bool = False, leave_out_closed: bool = False) -> Iterator[tuple[bytes, os.stat_result]]:
    """Yield each path relative to `root` with its lstat, a folder before what is in it, names sorted; not the root.

    What vanishes meanwhile is an error, but not in a tree that is `live`; so is a folder that may not be listed, but
    not with `leave_out_closed`.
    """
    for path, folder, name, _is_file in walk_open(root, live=live, leave_out_closed=leave_out_closed):
        try:
            info = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            if not live:
                raise
            continue
        yield path, info


def walk_open(
    root: bytes, *, live: bool = False, leave_out_closed: bool = False
) -> Iterator[tuple[bytes, int, bytes, bool]]:
    """Yield each path as `walk` does, with the open folder that it is in, its name there, and whether it is a file.

    The folder stays open until the next step. What kind a file is comes from its folder: it may be another by now.
    """
    at = b""
    folder = os.open(root, _FOLDER & ~os.O_NOFOLLOW)
    try:
        pending = _children(folder, at)
        while pending:
            path, is_folder, is_file = pending.pop()
            above, _, name = path.rpartition(b"/")
            try:
                if above != at:
                    folder, at = _exchange(folder, os.open(os.path.join(root, above), _FOLDER)), above
                yield path, folder, name, is_file
                if is_folder:
                    folder, at = _exchange(folder, os.open(name, _FOLDER, dir_fd=folder)), path
                    pending += _children(folder, path)
            except OSError as err:
                if not (live and err.errno in _GONE) and not (leave_out_closed and isinstance(err, PermissionError)):
                    raise
    finally:
        os.close(folder)


def _exchange(old: int, new: int) -> int:
    os.close(old)
    return new


def _children(folder: int, path: bytes) -> list[tuple[bytes, bool, bool]]:
    """Return the paths in an open folder, the first one last, each with whether it is a folder or a file."""
    prefix = path + b"/" if path else b""
    with os.scandir(folder) as entries:
        found = [
            (
                prefix + os.fsencode(entry.name),
                entry.is_dir(follow_symlinks=False),
                entry.is_file(follow_symlinks=False),
            )
            for entry in entries
        ]
    found.sort(reverse=True)
    return found
