"""The mounts of a container: the list in config.json, made real below its root by the container's own first process.

Targets are opened inside the root (inroot.py) and mounted on through their descriptors, so that nothing the image
holds can move a mount elsewhere. Bind mounts use open_tree(2) and move_mount(2): their flags are set before
they can be seen.
"""

from __future__ import annotations

import errno
import os
import stat

from pod.errors import PodError
from pod.linux import syscalls as sc
from pod.oci.runtime_spec import Mount
from pod.record import Record
from pod.runtime import inroot

_FLAGS = {
    "ro": sc.MS_RDONLY,
    "nosuid": sc.MS_NOSUID,
    "nodev": sc.MS_NODEV,
    "noexec": sc.MS_NOEXEC,
    "sync": sc.MS_SYNCHRONOUS,
    "dirsync": sc.MS_DIRSYNC,
    "mand": sc.MS_MANDLOCK,
    "noatime": sc.MS_NOATIME,
    "nodiratime": sc.MS_NODIRATIME,
    "relatime": sc.MS_RELATIME,
    "strictatime": sc.MS_STRICTATIME,
}
_CLEAR = {
    "rw": sc.MS_RDONLY,
    "suid": sc.MS_NOSUID,
    "dev": sc.MS_NODEV,
    "exec": sc.MS_NOEXEC,
    "async": sc.MS_SYNCHRONOUS,
    "atime": sc.MS_NOATIME,
    "diratime": sc.MS_NODIRATIME,
    "norelatime": sc.MS_RELATIME,
    "nostrictatime": sc.MS_STRICTATIME,
}
_PROPAGATION = {
    "shared": sc.MS_SHARED,
    "rshared": sc.MS_SHARED | sc.MS_REC,
    "slave": sc.MS_SLAVE,
    "rslave": sc.MS_SLAVE | sc.MS_REC,
    "private": sc.MS_PRIVATE,
    "rprivate": sc.MS_PRIVATE | sc.MS_REC,
    "unbindable": sc.MS_UNBINDABLE,
    "runbindable": sc.MS_UNBINDABLE | sc.MS_REC,
}
_ATTRIBUTES = {
    sc.MS_RDONLY: sc.MOUNT_ATTR_RDONLY,
    sc.MS_NOSUID: sc.MOUNT_ATTR_NOSUID,
    sc.MS_NODEV: sc.MOUNT_ATTR_NODEV,
    sc.MS_NOEXEC: sc.MOUNT_ATTR_NOEXEC,
}
# Words of Docker's and Podman's -v that say nothing to mount(2); their meaning is settled before a mount gets here.
_IGNORED = {"bind", "rbind", "z", "Z", "U", "O", "copy", "nocopy", "defaults", "cached", "delegated", "consistent"}


_OF_OVERLAYS = ("upperdir", "workdir")  # of an overlay that is mounted already, and is bound


class MountOptions(Record):
    """The options of one mount, sorted into what the kernel takes where."""

    flags: int
    propagation: int
    data: str
    bind: bool
    recursive: bool
    top_only: bool = False  # the flags are for the mount itself, not for those below it

    @classmethod
    def parse(cls, options: tuple[str, ...], fstype: str) -> MountOptions:
        """Sort options as mount(8) does: known words are flags, the rest is the file system's own data."""
        flags = 0
        propagation = 0
        data = []
        bind = fstype in ("bind", "rbind")
        recursive = "rbind" in options or ("bind" not in options and fstype == "bind")
        for option in options:
            if option == "ro-top-only":
                flags |= sc.MS_RDONLY
            elif option in _FLAGS:
                flags |= _FLAGS[option]
            elif option in _CLEAR:
                flags &= ~_CLEAR[option]
            elif option in _PROPAGATION:
                propagation = _PROPAGATION[option]
            elif option not in _IGNORED and option.partition("=")[0] not in _OF_OVERLAYS:
                data.append(option)
            bind = bind or option in ("bind", "rbind")
        return cls(flags, propagation, ",".join(data), bind, recursive, "ro-top-only" in options)


def mount_all(root: int, mounts: tuple[Mount, ...], opened: dict[int, int]) -> None:
    """Make the mounts of config.json below the root's descriptor. Raises PodError that names source and destination.

    `opened` has the copies of mounts that were made already, by their places in the list (own_users.py).
    """
    for number, mount in enumerate(mounts):
        try:
            if number in opened:
                attach(root, opened[number], mount.destination, MountOptions.parse(mount.options, mount.type))
            else:
                _mount(root, mount)
        except OSError as err:
            raise failure(mount, err) from err


def failure(mount: Mount, err: OSError) -> PodError:
    """Return the error for a mount that cannot be made."""
    what = mount.source if mount.source.startswith("/") else mount.type
    return PodError(f"cannot mount {what} at {mount.destination} of the container: {os.strerror(err.errno or 0)}")


def _mount(root: int, mount: Mount) -> None:
    options = MountOptions.parse(mount.options, mount.type)
    if options.bind:
        bind(root, mount.source, mount.destination, options)
    elif mount.type in _SPECIAL:
        _SPECIAL[mount.type](root, mount, options)
    else:
        _mount_filesystem(root, mount, options)


def bind(root: int, source: str | int, destination: str, options: MountOptions) -> None:
    """Mount a file or folder of the host (a path, or an open descriptor) at a destination inside the root."""
    attach(root, clone_tree(source, options), destination, options)


def clone_tree(source: str | int, options: MountOptions) -> int:
    """Return a copy, mounted nowhere yet, of the mount that a file or folder of the host is in (open_tree(2))."""
    if isinstance(source, int):
        base, path, flags = source, "", sc.AT_EMPTY_PATH
    else:
        base, path, flags = sc.AT_FDCWD, source, 0
    flags |= sc.OPEN_TREE_CLONE | sc.OPEN_TREE_CLOEXEC | (sc.AT_RECURSIVE if options.recursive else 0)
    tree = _clone_of_another(path, flags) if _is_in_another(path) else sc.open_tree(base, path, flags)
    attributes = sum(bit for flag, bit in _ATTRIBUTES.items() if options.flags & flag)
    if attributes:
        recursive = sc.AT_RECURSIVE if options.recursive and not options.top_only else 0
        sc.mount_setattr(tree, "", sc.AT_EMPTY_PATH | recursive, attr_set=attributes)
    return tree


def attach(root: int, tree: int, destination: str, options: MountOptions) -> None:
    """Mount a copy of a mount at a destination inside the root, and close its descriptor."""
    try:
        is_folder = stat.S_ISDIR(os.fstat(tree).st_mode)
        target = inroot.make_folder(root, destination) if is_folder else inroot.make_file(root, destination)
        try:
            sc.move_mount(tree, "", target, "", sc.MOVE_MOUNT_F_EMPTY_PATH | sc.MOVE_MOUNT_T_EMPTY_PATH)
        finally:
            os.close(target)
        if options.propagation:
            sc.mount(None, inroot.fd_path(tree), None, options.propagation)
    finally:
        os.close(tree)


def _is_in_another(path: str) -> bool:
    """True for /proc/PID/root/…: a mount of another container, whose /dev/shm is shared with --ipc container:NAME."""
    parts = path.split("/")
    return len(parts) > 4 and parts[1] == "proc" and parts[2].isdecimal() and parts[3] == "root"


def _clone_of_another(path: str, flags: int) -> int:
    """Copy a mount of another mount namespace: open_tree(2) clones those of the caller's own only, so go there."""
    _, _, pid, _, inside = path.split("/", 4)
    own = os.open("/proc/self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
    other = os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
    here = os.open(".", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)  # setns(2) moves us to the root folder
    try:
        sc.setns(other, sc.CLONE_NEWNS)
        try:
            return sc.open_tree(sc.AT_FDCWD, f"/{inside}", flags)
        finally:
            sc.setns(own, sc.CLONE_NEWNS)
            os.fchdir(here)
    finally:
        os.close(here)
        os.close(own)
        os.close(other)


def _mount_filesystem(root: int, mount: Mount, options: MountOptions) -> None:
    target = inroot.make_folder(root, mount.destination)
    try:
        where = inroot.fd_path(target)
        sc.mount(mount.source or mount.type, where, mount.type, options.flags, options.data or None)
    finally:
        os.close(target)


def _mount_devpts(root: int, mount: Mount, options: MountOptions) -> None:
    """A devpts whose gid is not mapped (single-id map) is refused with EINVAL: then terminals have the user's group."""
    try:
        _mount_filesystem(root, mount, options)
    except OSError as err:
        if err.errno != errno.EINVAL:
            raise
        data = ",".join(word for word in options.data.split(",") if not word.startswith("gid="))
        _mount_filesystem(root, mount, options.replace(data=data))


def _mount_or_bind_host(root: int, mount: Mount, options: MountOptions) -> None:
    """proc and sysfs: where the kernel refuses a fresh one, the host's own, read-only.

    sysfs needs a network namespace of ours (--network host has none); proc needs a pid namespace of ours and an
    unmasked /proc around us (mount_namespaces(7), "Restrictions"; nested containers have neither).
    """
    try:
        _mount_filesystem(root, mount, options)
    except OSError as err:
        if err.errno != errno.EPERM:
            raise
        host = {"proc": "/proc", "sysfs": "/sys"}[mount.type]
        flags = options.flags if mount.type == "proc" else options.flags | sc.MS_RDONLY
        bind(root, host, mount.destination, options.replace(flags=flags, recursive=True))


def _mount_cgroup(root: int, mount: Mount, options: MountOptions) -> None:
    """cgroup2 of the container's cgroup namespace; where there is none to mount, an empty read-only folder."""
    try:
        _mount_filesystem(root, mount.replace(type="cgroup2", source="cgroup2"), options)
    except OSError as err:
        if err.errno not in (errno.EPERM, errno.ENODEV, errno.EBUSY, errno.EINVAL):
            raise
        empty = Mount(mount.destination, "tmpfs", "tmpfs")
        _mount_filesystem(root, empty, MountOptions(options.flags | sc.MS_RDONLY, 0, "size=0", False, False))


_SPECIAL = {
    "devpts": _mount_devpts,
    "proc": _mount_or_bind_host,
    "sysfs": _mount_or_bind_host,
    "cgroup": _mount_cgroup,
    "cgroup2": _mount_cgroup,
}


def mask(root: int, paths: tuple[str, ...], null: int) -> None:
    """Hide paths of the kernel's: files behind the null device, folders behind an empty read-only file system."""
    options = MountOptions(sc.MS_RDONLY | sc.MS_NOSUID | sc.MS_NOEXEC, 0, "", True, False)
    hidden = Mount("", "tmpfs", "tmpfs")
    for path in paths:
        try:
            target = inroot.open_in_root(root, path)
        except OSError as err:
            if err.errno in (errno.ENOENT, errno.ENOTDIR, errno.EACCES):
                continue
            raise
        is_folder = stat.S_ISDIR(os.fstat(target).st_mode)
        os.close(target)
        if is_folder:
            flags = sc.MS_RDONLY | sc.MS_NOSUID | sc.MS_NODEV | sc.MS_NOEXEC
            _mount_filesystem(root, hidden.replace(destination=path), MountOptions(flags, 0, "size=0", False, False))
        else:
            bind(root, null, path, options)


def make_read_only(root: int, paths: tuple[str, ...]) -> None:
    """Make paths read-only by mounting them on themselves."""
    options = MountOptions(sc.MS_RDONLY | sc.MS_NOSUID | sc.MS_NODEV | sc.MS_NOEXEC, 0, "", True, True)
    for path in paths:
        try:
            source = inroot.open_in_root(root, path)
        except OSError as err:
            if err.errno in (errno.ENOENT, errno.ENOTDIR, errno.EACCES):
                continue
            raise
        try:
            bind(root, source, path, options)
        finally:
            os.close(source)
