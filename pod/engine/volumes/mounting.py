"""Volumes that stand for something else: a tmpfs, a folder of the host, what a plugin offers.

Those of the driver `local` are mounted on the volume's data folder in the user's shared mount namespace, where all
containers find them, and taken off when the last one that uses them has ended. What counts is the kernel's list of
mounts. `volume mount` keeps one mounted besides: RUNROOT/volume-mounts/NAME holds how often it was asked for.
"""

from __future__ import annotations

import errno
import os

from pod.engine import namespace
from pod.errors import KernelRefused, PodError
from pod.linux import files
from pod.linux import syscalls as sc
from pod.runtime.mounts import MountOptions
from pod.storage import volume_options
from pod.storage.volumes import LOCAL, VolumeStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.linux.locks import Lock
    from pod.storage.container_records import ContainerRecord
    from pod.storage.volume_options import LocalMount
    from pod.storage.volumes import VolumeRecord


def stands_for_other(record: VolumeRecord) -> bool:
    """True where the volume has to be mounted before it can be used, and released afterwards."""
    return record.driver != LOCAL or bool(record.options and volume_options.parse(record.options).type)


def make_ready(engine: Engine, record: VolumeRecord, user: str) -> str:
    """Return the folder with the volume's files, mounted if need be; `user` is the container's id for a plugin.

    The caller is in the user's namespace. Raises KernelRefused, PluginError.
    """
    if record.driver != LOCAL:
        from pod.engine.volumes import plugins

        return plugins.find(engine, record.driver).mount(record.name, user)
    path = engine.layout.volume_data(record.name)
    if stands_for_other(record):
        with lock(engine, record.name):
            if not is_mounted(path):
                _mount(record.name, volume_options.parse(record.options), path)
    return path


def lock(engine: Engine, name: str) -> Lock:
    """Return the lock of one volume's mount and of its document."""
    return engine.lock("volume", name)


def release(engine: Engine, name: str, user: str) -> None:
    """Take a volume off again that a container used, unless others still do. The caller is in the namespace."""
    record = VolumeStore(engine.layout).read(name)
    if record.driver != LOCAL:
        from pod.engine.volumes import plugins

        plugins.find(engine, record.driver).unmount(name, user)
        return
    with lock(engine, name):
        if not _count(engine, name) and not _runs_with(engine, name, user):
            unmount(engine, record)


def release_all(engine: Engine, record: ContainerRecord) -> None:
    """Release what a container used that has ended; what fails is left to the removal of the volume."""
    for mount in record.mounts:
        if mount.stands_for_other:
            try:
                release(engine, mount.name, record.id)
            except (PodError, OSError):
                continue


def _runs_with(engine: Engine, name: str, but: str) -> bool:
    from pod.engine import uses

    using = uses.of(engine.layout, uses.VOLUMES, name)
    return any(container.active for container in using if container.id != but)


def unmount(engine: Engine, record: VolumeRecord) -> None:
    """Take off whatever is mounted on a volume of the driver `local`, and forget who asked for it."""
    path = engine.layout.volume_data(record.name)
    while stands_for_other(record) and is_mounted(path):
        sc.umount2(path, sc.MNT_DETACH)
    files.remove_file(_count_file(engine, record.name))


def mount_volume(engine: Engine, wanted: str) -> str:
    """`volume mount`: keep a volume mounted until `unmount_volume`, and return where it is."""
    engine.enter()
    store = VolumeStore(engine.layout)
    record = store.read(store.find_name(wanted))
    path = make_ready(engine, record, "pod-volume-mount")
    with lock(engine, record.name):
        _set_count(engine, record.name, _count(engine, record.name) + 1)
    if stands_for_other(record):
        namespace.keep(engine.layout)
    return path


def unmount_volume(engine: Engine, wanted: str) -> str:
    """`volume unmount`: undo one `mount_volume`, and return the volume's name."""
    engine.enter()
    store = VolumeStore(engine.layout)
    record = store.read(store.find_name(wanted))
    with lock(engine, record.name):
        left = max(0, _count(engine, record.name) - 1)
        _set_count(engine, record.name, left)
    if not left and stands_for_other(record):
        release(engine, record.name, "pod-volume-mount")
    return record.name


def mount_count(engine: Engine, name: str) -> int:
    """Return how often `volume mount` asked for a volume."""
    return _count(engine, name)


def _count_file(engine: Engine, name: str) -> str:
    return f"{engine.layout.runroot}/volume-mounts/{name}"


def _count(engine: Engine, name: str) -> int:
    try:
        return int(files.read_bytes(_count_file(engine, name), 100))
    except (FileNotFoundError, ValueError):
        return 0


def _set_count(engine: Engine, name: str, count: int) -> None:
    path = _count_file(engine, name)
    if not count:
        files.remove_file(path)
        return
    files.make_folders(os.path.dirname(path))
    files.write_atomic(path, str(count).encode(), durable=False)


def is_mounted(path: str) -> bool:
    """True where something is mounted on a folder, told by statx-like means: another device, or another mount."""
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    parent = os.open(os.path.dirname(path), os.O_PATH | os.O_CLOEXEC)
    try:
        return _mount_id(fd) != _mount_id(parent)
    finally:
        os.close(fd)
        os.close(parent)


def _mount_id(fd: int) -> int:
    """Return the mount that an open file is in (proc(5), /proc/pid/fdinfo)."""
    for line in files.read_bytes(f"/proc/self/fdinfo/{fd}", 1 << 16).splitlines():
        if line.startswith(b"mnt_id:"):
            return int(line.split()[1])
    raise PodError("the kernel does not tell mounts apart")


def _mount(name: str, local: LocalMount, path: str) -> None:
    try:
        if local.is_bind:
            _bind(local, path)
        else:
            options = MountOptions.parse(local.options, local.type)
            sc.mount(local.device or local.type, path, local.type, options.flags, options.data or None)
    except OSError as err:
        what = f"cannot mount volume {name}: {local.type} of {local.device or 'nothing'}: {os.strerror(err.errno or 0)}"
        raise KernelRefused(what, hint=_hint(local, err)) from err


def _hint(local: LocalMount, err: OSError) -> str:
    if err.errno in (errno.EPERM, errno.ENODEV, errno.ENOTBLK):
        return (
            f"without root the kernel mounts folders, tmpfs and overlay, but no {local.type}: "
            "have an administrator mount it on this machine, and make a volume with --opt o=bind --opt device=/PATH"
        )
    return "`pod volume inspect` shows its options" if err.errno == errno.EINVAL else ""


def _bind(local: LocalMount, path: str) -> None:
    options = MountOptions.parse(local.options, "bind")
    recursive = "rbind" in local.options
    flags = sc.OPEN_TREE_CLONE | sc.OPEN_TREE_CLOEXEC | (sc.AT_RECURSIVE if recursive else 0)
    tree = sc.open_tree(sc.AT_FDCWD, local.device, flags)
    try:
        if options.flags & sc.MS_RDONLY:
            sc.mount_setattr(
                tree, "", sc.AT_EMPTY_PATH | (sc.AT_RECURSIVE if recursive else 0), attr_set=sc.MOUNT_ATTR_RDONLY
            )
        sc.move_mount(tree, "", sc.AT_FDCWD, path, sc.MOVE_MOUNT_F_EMPTY_PATH)
    finally:
        os.close(tree)
