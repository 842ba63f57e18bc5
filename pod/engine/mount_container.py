"""`mount`: a container's files as a folder in the user's shared mount namespace, until it is unmounted or removed.

RUNROOT/container-mounts/ID/merged is where. The root of a container that runs is cloned out of its own mount
namespace (open_tree(2)); that of one that does not is mounted here, and its next start shows this very mount: two
mounts of one upper folder would not see each other's changes.
"""

from __future__ import annotations

import os

from pod.engine import container_view, containers, namespace, rootfs
from pod.engine.images import mount_image
from pod.errors import PodError
from pod.linux import files
from pod.linux import syscalls as sc
from pod.record import Record
from pod.runtime import channel
from pod.runtime.channel import Channel
from pod.runtime.launch import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.containers import Container
    from pod.engine.engine import Engine
    from pod.storage.layout import StorageLayout


class MountedContainer(Record):
    """A container whose files are mounted, and the folder."""

    container: Container
    path: str


def mount_container(engine: Engine, name: str) -> MountedContainer:
    """Mount a container's files, unless they are. Raises NoSuchContainer, StorageError."""
    container = containers.find_settled(engine, name)
    engine.enter()
    mounted = MountedContainer(container, engine.layout.container_mount(container.id))
    if mounted.path in mount_image.mount_points():
        return mounted
    files.make_folders(mounted.path)
    if container.running:
        _clone_root(engine, container, mounted.path)
    else:
        with engine.lock("container", container.id):
            mount_image.mount_plan(rootfs.plan_of(engine, container.record), mounted.path)
    namespace.keep(engine.layout)
    return mounted


def unmount_container(engine: Engine, name: str) -> bool:
    """Undo it; false where the container was not mounted. Raises NoSuchContainer."""
    container = containers.find(engine.layout, name)
    engine.enter()
    return unmount(engine.layout, container.id)


def unmount(layout: StorageLayout, container_id: str) -> bool:
    """Unmount by id; false where nothing was mounted. The caller is in the user's namespace."""
    target = layout.container_mount(container_id)
    mounted = target in mount_image.mount_points()
    if mounted:
        sc.umount2(target, sc.MNT_DETACH)
    files.remove_tree(os.path.dirname(target))
    return mounted


def mounted_containers(engine: Engine) -> list[MountedContainer]:
    """Return what is mounted, the oldest container first."""
    engine.enter()
    points = mount_image.mount_points()
    found = [MountedContainer(c, engine.layout.container_mount(c.id)) for c in containers.every(engine.layout)]
    return sorted((m for m in found if m.path in points), key=lambda mounted: mounted.container.record.created)


def _clone_root(engine: Engine, container: Container, target: str) -> None:
    """Mount a copy of a running container's root, without what is mounted in it."""
    ours, theirs = Channel.pair()
    with container_view.open_view(engine, container) as view:
        pid = os.fork()
        if pid == 0:
            ours.close()
            _hand_out_root(view, theirs)
        theirs.close()
        try:
            kind, content, fd = ours.receive()
            if fd is None:
                raise failure(content) if kind == channel.FAILED else PodError(f"cannot mount {container.name}")
            sc.move_mount(fd, "", sc.AT_FDCWD, target, sc.MOVE_MOUNT_F_EMPTY_PATH)
            os.close(fd)
        finally:
            ours.close()
            os.waitpid(pid, 0)


def _hand_out_root(view: container_view.View, link: Channel) -> None:
    try:
        view.enter(root_only=True)
        link.send(channel.GO, fd=sc.open_tree(sc.AT_FDCWD, "/", sc.OPEN_TREE_CLONE | sc.AT_RECURSIVE))
    except BaseException as err:
        link.fail(f"cannot take the container's root: {err}")
    finally:
        os._exit(0)
