"""Files and folders, written so that a crash leaves either the old or the new content: the only place that does."""

from __future__ import annotations

import errno
import os


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
    try:
        write_new(temporary, data, mode=mode, durable=durable)
        os.rename(temporary, path)
    except BaseException:
        remove_file(temporary)
        raise
    if durable:
        fsync_folder(os.path.dirname(path))


def write_new(path: str, data: bytes, *, mode: int = 0o600, durable: bool = True) -> None:
    """Write a file that nobody reads before its folder is in place; its name is durable after `fsync_folder`."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        write_all(fd, data)
        if durable:
            os.fsync(fd)
    finally:
        os.close(fd)


def write_kernel(path: str, text: str) -> None:
    """Write a file of /proc or /sys: with one write(2), which the kernel takes or refuses whole. Raises OSError."""
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def replace_link(path: str, target: str) -> None:
    """Let a symbolic link point somewhere, whatever had its name; a reader sees the old one or the new one."""
    temporary = f"{path}.{os.getpid()}.new"
    remove_file(temporary)
    os.symlink(target, temporary)
    os.rename(temporary, path)


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
        try:
            os.mkdir(path, mode)  # in /proc and the like this fails in the same way again
        except FileExistsError:
            pass


_ATTEMPTS = 100  # to remove a folder into which somebody else goes on putting things


def remove_tree(path: str) -> None:
    """Remove a folder and all below it, whatever its modes, never following a link. A missing path is no error.

    Call it inside the user's namespace: only there does the caller own every file of a container. A folder that
    something is mounted on stays, with an OSError (EBUSY): what is mounted is not ours to delete.
    """
    parent, name = os.path.split(path.rstrip("/"))
    try:
        parent_fd = os.open(parent or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        for _attempt in range(_ATTEMPTS):
            if _remove_entry(parent_fd, name):
                return
            top = _open_folder(parent_fd, name)
            try:
                _empty(top)
            finally:
                os.close(top)
        os.rmdir(name, dir_fd=parent_fd)
    except FileNotFoundError:
        pass  # somebody else removes it, too
    finally:
        os.close(parent_fd)


def _empty(top: int) -> None:
    """Remove everything in a folder. Deep folders are moved up to the top, so that no depth exhausts us."""
    moved = 0
    token = os.urandom(8).hex()
    while names := [name for name in os.listdir(top) if not _remove_entry(top, name)]:
        for name in names:
            try:
                folder = _open_folder(top, name)
            except FileNotFoundError:
                continue
            try:
                for inner in [inner for inner in os.listdir(folder) if not _remove_entry(folder, inner)]:
                    moved += 1
                    _move(folder, inner, top, f".{token}.{moved}")
            finally:
                os.close(folder)


def _remove_entry(folder: int, name: str) -> bool:
    """Remove a file, or a folder that is empty; false for one that is not."""
    try:
        return _unlink(folder, name)
    except PermissionError:
        if os.fstat(folder).st_mode & 0o700 == 0o700:
            raise
    os.fchmod(folder, 0o700)
    return _unlink(folder, name)


def _unlink(folder: int, name: str) -> bool:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        pass
    except IsADirectoryError:
        try:
            os.rmdir(name, dir_fd=folder)
        except FileNotFoundError:
            pass
        except OSError as err:
            if err.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            return False
    return True


def _move(folder: int, name: str, target: int, new_name: str) -> None:
    try:
        os.rename(name, new_name, src_dir_fd=folder, dst_dir_fd=target)
    except FileNotFoundError:
        pass
    except PermissionError:  # moving a folder changes its `..`
        os.chmod(name, 0o700, dir_fd=folder)
        os.rename(name, new_name, src_dir_fd=folder, dst_dir_fd=target)


def _open_folder(parent_fd: int, name: str) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(name, flags, dir_fd=parent_fd)
    except PermissionError:
        os.chmod(name, 0o700, dir_fd=parent_fd)
        return os.open(name, flags, dir_fd=parent_fd)


def close_others(keep: set[int]) -> None:
    """Close every descriptor of this process but some."""
    lowest = 0
    for fd in sorted(keep):
        if fd > lowest:  # closerange(0, 0) would close everything: its last is -1, which close_range(2) takes unsigned
            os.closerange(lowest, fd)
        lowest = fd + 1
    os.closerange(lowest, 1 << 20)
