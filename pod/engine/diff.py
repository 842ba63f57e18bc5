"""`diff`: what a container changed of its image, what an image's last layer changed, or how two of them differ.

What lies below is mounted for looking at in a child's own mount namespace: nothing stays mounted.
"""

from __future__ import annotations

import os

from pod.engine import containers, rootfs
from pod.engine.images import resolve
from pod.errors import NoSuchContainer, NotFound, WrongState
from pod.linux import syscalls as sc
from pod.linux import workers
from pod.storage import rootfs as storage
from pod.storage import tree_changes
from pod.storage.drivers import choice
from pod.storage.layers import LayerStore
from pod.storage.staging import Staging
from pod.storage.tree_changes import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.engine.engine import Engine
    from pod.storage.container_records import ContainerRecord
    from pod.storage.images import Image
    from pod.storage.rootfs import RootPlan

# What starting a container makes in its root: mount points and generated files, which are nobody's change.
OURS = frozenset(
    b"/dev /proc /sys /run /run/.containerenv /run/secrets /run/notify /etc/mtab "
    b"/etc/hostname /etc/hosts /etc/resolv.conf".split()
)


def diff_container(engine: Engine, name: str) -> list[Change]:
    """Return what a container changed of its image's files. Raises NoSuchContainer."""
    engine.enter()
    record = containers.find(engine.layout, name).record
    if record.rootfs and not record.rootfs_overlay:
        raise WrongState(
            f"container {record.name} has no changes of its own: it works in {record.rootfs} itself",
            hint="run it with --rootfs FOLDER:O and that folder stays as it is",
        )
    return without_ours(changes_of(engine, rootfs.plan_of(engine, record), rootfs.layers_of(engine, record)))


def without_ours(changes: Sequence[Change]) -> list[Change]:
    """Leave out what the engine itself put into the root."""
    return [change for change in changes if not is_ours(change.path)]


def is_ours(path: bytes) -> bool:
    """True for what starting a container puts into its root: mount points, generated files, secrets."""
    return path in OURS or path.startswith(b"/run/secrets/")


def changes_of(engine: Engine, plan: RootPlan, layers: Sequence[str]) -> list[Change]:
    """Return every change below the root of a container with this plan, sorted by path."""
    uppers = storage.diff_folders(plan)
    if not uppers:  # vfs
        entry = plan.mounts[0]
        return tree_changes.of_trees(os.fsencode(entry.lowers[0]), os.fsencode(entry.base))

    def compare(folder: str) -> list[Change]:
        view = _view(engine, plan.driver, f"{folder}/image", layers)
        found = []
        for target, upper in uppers:
            at = os.fsencode(target.rstrip("/"))
            found += tree_changes.of_upper(os.fsencode(upper), os.fsencode(view) + at, at)
        return sorted(found, key=lambda change: change.path)

    return _in_own_mounts(engine, compare)


def diff_image(engine: Engine, name: str) -> list[Change]:
    """Return what the last layer of an image changes of those below it. Raises NoSuchImage."""
    engine.enter()
    layers = _image_folders(engine, _unpacked(engine, name))
    driver = _driver(engine)

    def compare(folder: str) -> list[Change]:
        view = _view(engine, driver, f"{folder}/image", layers[:-1])
        return tree_changes.of_upper(os.fsencode(layers[-1]), os.fsencode(view))

    return _in_own_mounts(engine, compare)


def diff_two(engine: Engine, name: str, base: str) -> list[Change]:
    """Return how the files of one container or image differ from those of another. Raises NotFound."""
    engine.enter()
    folders = [_folders_of(engine, each) for each in (name, base)]
    driver = _driver(engine)

    def compare(folder: str) -> list[Change]:
        new, old = (
            os.fsencode(_view(engine, driver, f"{folder}/{number}", layers)) for number, layers in enumerate(folders)
        )
        return tree_changes.of_trees(new, old)

    return without_ours(_in_own_mounts(engine, compare))


def diff_any(engine: Engine, name: str) -> list[Change]:
    """Return the changes of what the name means: a container, else an image. Raises NotFound."""
    try:
        return diff_container(engine, name)
    except NoSuchContainer:
        pass
    try:
        return diff_image(engine, name)
    except NotFound as err:
        raise NotFound(f"no such container or image: {name}", hint=err.hint) from None


def _driver(engine: Engine) -> str:
    return choice.choose(engine.layout, engine.settings.storage_driver, engine.settings.mount_program)


def _unpacked(engine: Engine, name: str) -> Image:
    image = resolve.resolve(engine, name)
    resolve.ensure_unpacked(engine, image)
    return image


def _image_folders(engine: Engine, image: Image) -> list[str]:
    store = LayerStore(engine.layout)
    return [store.path(diff_id) for diff_id in image.diff_ids]


def _folders_of(engine: Engine, name: str) -> list[str]:
    """Return the folders that make up a container's or an image's files, lowest first."""
    try:
        record = containers.find(engine.layout, name).record
    except NoSuchContainer:
        return _image_folders(engine, _unpacked(engine, name))
    return _container_folders(engine, record)


def _container_folders(engine: Engine, record: ContainerRecord) -> list[str]:
    plan = rootfs.plan_of(engine, record)
    if plan.driver == storage.VFS:
        return [plan.mounts[0].lowers[0]]
    return [*rootfs.layers_of(engine, record), plan.mounts[0].upper]


def _view(engine: Engine, driver: str, folder: str, layers: Sequence[str]) -> str:
    """Show layers as one tree below `folder`, in the mount namespace that the caller is in, and return where."""
    target = f"{folder}/merged"
    os.makedirs(target)
    if layers:
        plan = storage.prepare_view(engine.layout, driver, folder, layers, engine.settings.mount_program)
        storage.mount_root(plan, target)
    return target


def _in_own_mounts(engine: Engine, compare: Callable[[str], list[Change]]) -> list[Change]:
    """Call `compare` with a folder for its use, in a child whose mounts end with it."""
    with Staging(engine.layout, "diff") as staging:

        def work(_report: object) -> list[tuple[str, bytes]]:
            sc.unshare(sc.CLONE_NEWNS)
            sc.mount(None, "/", None, sc.MS_REC | sc.MS_SLAVE)
            return [(change.kind, change.path) for change in compare(staging.folder)]

        (found,) = workers.run_all([work], 1)
    return [Change(kind, path) for kind, path in found]
