"""Files and folders, written so that a crash leaves either the old or the new content: the only place that does."""

from __future__ import annotations

import errno
import os
import stat


def read_bytes(path: str, limit: int = 1 << 30) -> bytes:
    """Return the content of a regular or kernel file. Raises OSError(EFBIG) where it is longer than `limit` bytes."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return read_all(fd, limit, path)
    finally:
        os.close(fd)


def read_all(fd: int, limit: int = 1 << 30, path: str = "") -> bytes:
    """Return everything up to the end of `fd`, at most `limit` bytes."""
    parts = []
    size = 0
    while part := os.read(fd, 1 << 16):
        parts.append(part)
        size += len(part)
        if size > limit:
            raise OSError(errno.EFBIG, f"larger than {limit} bytes", path)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def write_all(fd: int, data: bytes | memoryview) -> None:
    """Write every byte of `data`: write(2) may take less than it is given."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def write_atomic(path: str, data: bytes, *, mode: int = 0o600, durable: bool = True) -> None:
    """Replace `path` by `data` in one step: temporary file, fsync, rename.

    With `durable` false the content may be lost in a power cut (never torn: the rename still orders it for readers),
    which suits documents that do not outlive a reboot.
    """
    temporary = f"{path}.{os.getpid()}.{os.urandom(4).hex()}.tmp"
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        try:
            write_all(fd, data)
            if durable:
                os.fsync(fd)
        finally:
            os.close(fd)
        os.rename(temporary, path)
    except BaseException:
        remove_file(temporary)
        raise
    if durable:
        fsync_folder(os.path.dirname(path))


def fsync_folder(path: str) -> None:
    """Make the names in a folder survive a power cut; file systems that cannot (EINVAL) are left alone."""
    fd = os.open(path or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    except OSError as err:
        if err.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(fd)


def remove_file(path: str) -> bool:
    """Remove a file; true if it was there."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return False
    return True


def make_folders(path: str, mode: int = 0o700) -> None:
    """Make a folder and those above it; one that exists is left as it is."""
    try:
        os.mkdir(path, mode)
    except FileExistsError:
        if not os.path.isdir(path):
            raise
    except FileNotFoundError:
        make_folders(os.path.dirname(path), mode)
        make_folders(path, mode)


def remove_tree(path: str) -> None:
    """Remove a folder and all below it, whatever its modes, never following a link. A missing path is no error.

    Call it inside the user's namespace: only there does the caller own every file of a container.
    """
    parent, name = os.path.split(path.rstrip("/"))
    try:
        parent_fd = os.open(parent or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        _remove_below(parent_fd, name)
    finally:
        os.close(parent_fd)


def _remove_below(parent_fd: int, name: str) -> None:
    try:
        os.unlink(name, dir_fd=parent_fd)
        return
    except FileNotFoundError:
        return
    except (IsADirectoryError, PermissionError) as err:
        if not _is_folder(parent_fd, name):
            raise err
    fd = _open_folder(parent_fd, name)
    try:
        with os.scandir(fd) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    _remove_below(fd, entry.name)
                else:
                    _unlink(fd, entry.name)
    finally:
        os.close(fd)
    try:
        os.rmdir(name, dir_fd=parent_fd)
    except FileNotFoundError:
        pass


def _unlink(fd: int, name: str) -> None:
    try:
        os.unlink(name, dir_fd=fd)
    except FileNotFoundError:
        pass
    except PermissionError:
        os.fchmod(fd, 0o700)
        os.unlink(name, dir_fd=fd)


def _is_folder(parent_fd: int, name: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(name, dir_fd=parent_fd).st_mode)
    except FileNotFoundError:
        return False


def _open_folder(parent_fd: int, name: str) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(name, flags, dir_fd=parent_fd)
    except PermissionError:
        os.chmod(name, 0o700, dir_fd=parent_fd)
        return os.open(name, flags, dir_fd=parent_fd)
