"""`image mount`: an image's files as a read-only folder in the user's shared mount namespace, until it is unmounted.

RUNROOT/image-mounts/HEX/merged is where; how often it was asked for stands in `count` beside it. What counts is the
kernel's own list of mounts: a namespace that has ended took them along.
"""

from __future__ import annotations

import os

from pod.engine import namespace
from pod.engine.images.resolve import ensure_unpacked
from pod.errors import PodError, WrongState
from pod.linux import files, process
from pod.linux import syscalls as sc
from pod.oci.digest import Digest
from pod.record import Record
from pod.storage import rootfs
from pod.storage.drivers import choice
from pod.storage.images import ImageStore
from pod.storage.layers import LayerStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.storage.images import Image
    from pod.storage.rootfs import RootPlan


class MountedImage(Record):
    """A mounted image: its id, its full names, and the folder."""

    id: Digest
    names: tuple[str, ...]
    path: str


def mount_image(engine: Engine, name: str) -> MountedImage:
    """Mount an image, or count once more that it is. Raises NoSuchImage, StorageError."""
    engine.enter()
    store = ImageStore(engine.layout)
    store.list_embedded([name])
    with store.lock(shared=True):
        image = store.get(name)
        ensure_unpacked(engine, image)
        with engine.lock("image-mount", image.id.hex):
            mounted = MountedImage(image.id, image.names, _target(engine, image.id))
            if mounted.path in mount_points():
                _set_count(engine, image.id, _count(engine, image.id) + 1)
            else:
                _mount(engine, image)
                _set_count(engine, image.id, 1)
    namespace.keep(engine.layout)
    return mounted


def unmount_image(engine: Engine, name: str, *, force: bool = False) -> Digest:
    """Undo one `mount_image`, or with `force` all; return the image's id. Raises NoSuchImage, WrongState."""
    engine.enter()
    image_id = _id_of(engine, name)
    if not unmount(engine, image_id, force=force):
        raise WrongState(f"image {name} is not mounted", hint="`pod image mount` lists those that are")
    return image_id


def unmount(engine: Engine, image_id: Digest, *, force: bool) -> bool:
    """Unmount by id; false where nothing is mounted. The caller is in the user's namespace."""
    with engine.lock("image-mount", image_id.hex):
        if _target(engine, image_id) not in mount_points():
            files.remove_tree(_folder(engine, image_id))
            return False
        left = _count(engine, image_id) - 1
        if left > 0 and not force:
            _set_count(engine, image_id, left)
            return True
        sc.umount2(_target(engine, image_id), sc.MNT_DETACH)
        files.remove_tree(_folder(engine, image_id))
        return True


def mounted_images(engine: Engine) -> list[MountedImage]:
    """Return what is mounted, as this user's namespace knows it."""
    engine.enter()
    store = ImageStore(engine.layout)
    found = []
    prefix = f"{engine.layout.runroot}/image-mounts/"
    for path in sorted(mount_points()):
        if path.startswith(prefix) and path.endswith("/merged"):
            image_id = Digest(path.removeprefix(prefix).removesuffix("/merged"))
            names = tuple(entry.name for entry in store.same(image_id) if entry.name)
            found.append(MountedImage(image_id, names, path))
    return found


def _id_of(engine: Engine, name: str) -> Digest:
    """Return the id of a stored image, or of one that is mounted still."""
    store = ImageStore(engine.layout)
    try:
        return store.lookup(name)[0].id
    except PodError:
        for mounted in mounted_images(engine):
            if mounted.id.hex.startswith(name.removeprefix("sha256:")):
                return mounted.id
        raise


def _folder(engine: Engine, image_id: Digest) -> str:
    return f"{engine.layout.runroot}/image-mounts/{image_id.hex}"


def _target(engine: Engine, image_id: Digest) -> str:
    return f"{_folder(engine, image_id)}/merged"


def _count(engine: Engine, image_id: Digest) -> int:
    try:
        return int(files.read_bytes(f"{_folder(engine, image_id)}/count", 100))
    except (FileNotFoundError, ValueError):
        return 1


def _set_count(engine: Engine, image_id: Digest, count: int) -> None:
    files.write_atomic(f"{_folder(engine, image_id)}/count", str(count).encode(), durable=False)


def mount_points() -> set[str]:
    """Return where something is mounted, from proc_pid_mountinfo(5), which writes blanks as octal numbers."""
    lines = files.read_bytes("/proc/self/mountinfo").splitlines()
    return {os.fsdecode(line.split(b" ")[4].decode("unicode_escape").encode("latin-1")) for line in lines}


def _mount(engine: Engine, image: Image) -> None:
    layers = LayerStore(engine.layout)
    folder, target = _folder(engine, image.id), _target(engine, image.id)
    files.make_folders(target)
    driver = choice.choose(engine.layout, engine.settings.storage_driver, engine.settings.mount_program)
    paths = [layers.path(diff_id) for diff_id in image.diff_ids]
    plan = rootfs.prepare_view(engine.layout, driver, folder, paths, engine.settings.mount_program)
    mount_plan(plan, target)


def mount_plan(plan: RootPlan, target: str) -> None:
    """Mount a root file system that outlives this command. Raises PodError."""
    if plan.needs_process:
        _mount_by_keeper(plan, target)
    else:
        rootfs.mount_root(plan, target)


def _mount_by_keeper(plan: RootPlan, target: str) -> None:
    """Mount in a process that stays: what serves the mount ends with its parent, and this command is over soon."""
    read, write = os.pipe()
    if os.fork() == 0:
        try:
            _keep_mounted(plan, target, write)
        except BaseException as err:
            os.write(write, str(err).encode(errors="replace"))
        finally:
            os._exit(0)
    os.close(write)
    complaint = files.read_all(read)
    os.close(read)
    if complaint:
        raise PodError(f"cannot mount the image: {complaint.decode(errors='replace')}")


def _keep_mounted(plan: RootPlan, target: str, ready: int) -> None:
    """Mount, close `ready`, and wait for the end of the mount, without the command's descriptors and their locks."""
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.closerange(3, ready)
    os.closerange(ready + 1, os.sysconf("SC_OPEN_MAX"))
    process.set_title("pod: image mount")
    helpers = rootfs.mount_root(plan, target)
    os.close(ready)
    for pid in helpers:
        os.waitpid(pid, 0)
