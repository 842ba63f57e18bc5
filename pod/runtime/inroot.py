"""Paths inside a container's root, resolved by the kernel so that no link of a hostile image leads out of it.

openat2(2) with RESOLVE_IN_ROOT treats the root's descriptor as `/` for absolute links and `..`; magic links of /proc
are refused. Nothing here ever joins a root and a path as text.
"""

from __future__ import annotations

import errno
import os
import stat

from pod.linux import syscalls as sc

_RESOLVE = sc.RESOLVE_IN_ROOT | sc.RESOLVE_NO_MAGICLINKS


def open_in_root(root: int, path: str, flags: int = os.O_PATH) -> int:
    """Open a path below the root's descriptor, links followed inside it. Raises OSError."""
    while True:
        try:
            return sc.openat2(root, path.lstrip("/") or ".", flags, 0, _RESOLVE)
        except OSError as err:
            if err.errno != errno.EAGAIN:  # a rename raced with the look-up (openat2(2), "ERRORS")
                raise


def make_folder(root: int, path: str, mode: int = 0o755) -> int:
    """Open a folder below the root, making it and its missing parents; return an O_PATH descriptor."""
    try:
        return _checked_folder(open_in_root(root, path), path)
    except FileNotFoundError:
        pass
    parent = make_folder(root, _parent(path))
    try:
        try:
            os.mkdir(os.path.basename(path.rstrip("/")), mode, dir_fd=parent)
        except FileExistsError:
            pass  # a link that leads nowhere: the next open says so
    finally:
        os.close(parent)
    return _checked_folder(open_in_root(root, path), path)


def make_file(root: int, path: str) -> int:
    """Open a file (of any kind but a folder) below the root, making an empty one where there is none."""
    try:
        return open_in_root(root, path)
    except FileNotFoundError:
        pass
    parent = make_folder(root, _parent(path))
    try:
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            os.close(os.open(os.path.basename(path), flags, 0o644, dir_fd=parent))
        except FileExistsError:
            pass
    finally:
        os.close(parent)
    return open_in_root(root, path)


def fd_path(fd: int) -> str:
    """The name under which system calls that only take a path reach an open file."""
    return f"/proc/self/fd/{fd}"


def _parent(path: str) -> str:
    parent = os.path.dirname(path.rstrip("/"))
    if path.strip("/") in ("", ".", ".."):
        raise OSError(errno.EINVAL, "not a path inside the root", path)
    return parent or "/"


def _checked_folder(fd: int, path: str) -> int:
    if not stat.S_ISDIR(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
    return fd
