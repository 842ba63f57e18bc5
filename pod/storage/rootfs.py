"""Root file systems of containers: a plan as plain data, made from layers, and the mounts that it stands for.

    container folder                    which driver uses it
      upper/ work/                      overlay: the container's own files, and the kernel's scratch folder
      upper/ fuse-work/                 fuse-overlayfs, whose marks the kernel would not understand
      tree/                             vfs: a copy of everything
      trees/NAME/upper, work            one more for each tree of the host that the image takes in (see host_image)

A container stays with the driver that made its folders, whatever the store's driver is by then.
"""

from __future__ import annotations

import os
import stat

from pod.linux import syscalls as sc
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.linux.idmap import IdMap
    from pod.storage.layout import StorageLayout

OVERLAY = "overlay"
FUSE = "fuse-overlayfs"
VFS = "vfs"


class RootMount(Record):
    """One mount of a root file system."""

    _omit_defaults = True

    target: str  # within the root: "/", "/usr"
    type: str  # overlay, fuse-overlayfs or bind
    lowers: tuple[str, ...] = ()  # topmost first; of a bind mount the one folder to show
    upper: str = ""  # where changes go; "" for a mount that is only looked at
    work: str = ""
    base: str = ""  # of vfs: what the tree was a copy of, to find out what has changed
    read_only: bool = False
    options: tuple[str, ...] = ()
    data: tuple[str, ...] = ()  # where files of the lowers find their contents, by name (overlayfs.rst, data-only)


class RootPlan(Record):
    """What to mount for one container, in order."""

    driver: str
    mounts: tuple[RootMount, ...]
    program: str = FUSE

    @property
    def needs_process(self) -> bool:
        """True where mounting starts a process: mount before the container's own namespaces exist, and keep it."""
        return self.driver == FUSE


def prepare(
    layout: StorageLayout,
    driver: str,
    container: str,
    layers: Sequence[str],
    *,
    volatile: bool = False,
    read_only: bool = False,
    program: str = "",
    ids: IdMap | None = None,
) -> RootPlan:
    """Make the folders that a container needs beside those of its image, and return the plan.

    `container` is its folder, `layers` are the folders of its layers, lowest first. `volatile` leaves out what makes
    its files survive a crash of the machine; `read_only` concerns mounts below the root, which itself the runtime
    makes read-only once everything is mounted in it. `ids` is the map of the container's own user namespace, if it has
    one. Call it inside the user's namespace.
    """
    driver = _driver_of(container) or driver
    layers = layers or [_nothing(container)]
    if driver == VFS:
        from pod.storage.drivers import vfs

        mounts = [vfs.prepare(layout, container, layers, ids)]
    elif ids is None:
        mounts = [_prepare_overlay(driver, container, layers, volatile)]
    else:
        from pod.storage import chains

        chain = chains.mapped(layout, layers, ids, refer=driver == OVERLAY)
        mounts = [_prepare_overlay(driver, container, (chain.tree,), volatile).replace(data=chain.data)]
    if os.path.exists(f"{os.path.dirname(layers[0])}/{HOST_TREES}"):
        from pod.storage import host_trees

        mounts += host_trees.prepare(driver, container, layers, volatile=volatile, read_only=read_only)
    return RootPlan(driver, tuple(mounts), program or FUSE)


def prepare_folder(driver: str, container: str, folder: str, *, overlay: bool, program: str = "") -> RootPlan:
    """Return the plan for a folder of the host in place of an image; with `overlay` changes go into the container's.

    Raises StorageError where there is no overlay to do that.
    """
    if not overlay:
        return RootPlan(VFS, (RootMount("/", "bind", (folder,)),))
    driver = _driver_of(container) or driver
    if driver == VFS:
        from pod.errors import StorageError

        raise StorageError(
            f"cannot keep {folder} unchanged: the storage driver {VFS} has no overlays",
            hint="copy the folder yourself, and give the copy without :O",
        )
    return RootPlan(driver, (_prepare_overlay(driver, container, (folder,), volatile=False),), program or FUSE)


HOST_TREES = "host.json"  # beside the lowest layer of the image `host`: which folders of the machine belong to it


def _driver_of(container: str) -> str:
    """Return the driver that has used the container's folders before, "" for a new container."""
    for folder, driver in (("work/work", OVERLAY), ("fuse-work", FUSE), ("tree", VFS)):
        if os.path.exists(f"{container}/{folder}"):
            return driver
    return ""


def _nothing(folder: str) -> str:
    """Return an empty folder: the one layer of an image without layers, and the second that overlayfs asks for."""
    path = f"{folder}/nothing"
    _make_folder(path)
    return path


def _prepare_overlay(driver: str, container: str, layers: Sequence[str], volatile: bool) -> RootMount:
    upper = f"{container}/upper"
    work = f"{container}/{'work' if driver == OVERLAY else 'fuse-work'}"
    _make_folder(work)
    _make_folder(upper)
    _take_over(layers[-1], upper)
    options = ("volatile",) if volatile and driver == OVERLAY else ()
    return RootMount("/", driver, _topmost_first(layers), upper, work, options=options)


def _topmost_first(layers: Sequence[str]) -> tuple[str, ...]:
    """Return the layers as overlayfs wants them, each once: it refuses (ELOOP) a folder that is there twice.

    Images do repeat layers, empty ones mostly. Of two that are the same, the upper hides all of the lower.
    """
    return tuple(dict.fromkeys(reversed(layers)))


def _make_folder(path: str) -> None:
    try:
        os.mkdir(path, 0o755)
    except FileExistsError:
        pass


def _take_over(lower: str, upper: str) -> None:
    """Give the upper folder the mode and owner of the image's root: overlayfs shows those of the topmost."""
    wanted, present = os.stat(lower), os.stat(upper)
    if (wanted.st_uid, wanted.st_gid) != (present.st_uid, present.st_gid):
        os.chown(upper, wanted.st_uid, wanted.st_gid)
    if wanted.st_mode != present.st_mode:
        os.chmod(upper, stat.S_IMODE(wanted.st_mode))


def prepare_view(
    layout: StorageLayout,
    driver: str,
    folder: str,
    layers: Sequence[str],
    program: str = "",
    ids: IdMap | None = None,
) -> RootPlan:
    """Return the plan for looking at an image without changing it (`pod image mount`); `folder` is for its use.

    `ids` is the map of the user namespace that looks, if that has one of its own.
    """
    layers = layers or [_nothing(folder)]
    if driver == VFS:
        from pod.storage import chains

        tree = chains.merged(layout, layers) if ids is None else chains.mapped(layout, layers, ids, refer=False).tree
        mounts = [RootMount("/", "bind", (tree,), read_only=True)]
    elif ids is not None:
        from pod.storage import chains

        chain = chains.mapped(layout, layers, ids, refer=driver == OVERLAY)
        # data layers count as the second folder; one between would keep the kernel from looking into them
        lowers = (chain.tree,) if chain.data else (chain.tree, _nothing(folder))
        mounts = [RootMount("/", driver, lowers, read_only=True, data=chain.data)]
    else:
        # overlayfs asks for two folders, and shows whiteouts as such only with both
        mounts = [RootMount("/", driver, (*_topmost_first(layers), _nothing(folder)), read_only=True)]
    if os.path.exists(f"{os.path.dirname(layers[0])}/{HOST_TREES}"):
        from pod.storage import host_trees

        mounts += host_trees.view(driver, layers)
    return RootPlan(driver, tuple(mounts), program or FUSE)


def mount_root(plan: RootPlan, target: str) -> tuple[int, ...]:
    """Mount everything at `target`, in the mount namespace that the caller is in.

    Returns the pids of the children that serve the mounts (fuse-overlayfs), which end with the caller or the mount.
    """
    helpers = []
    for entry in plan.mounts:
        at = target if entry.target == "/" else _within(target, entry.target)
        if entry.type == OVERLAY:
            from pod.storage.drivers import overlay

            overlay.mount(entry, at)
        elif entry.type == FUSE:
            from pod.storage.drivers import fuse

            helpers.append(fuse.mount(entry, at, plan.program))
        else:
            from pod.storage.drivers import vfs

            vfs.mount(entry, at)
    return tuple(helpers)


def _within(root: str, path: str) -> str:
    """Return where a folder of a root is, following no link out of it."""
    fd = os.open(root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        inner = sc.openat2(fd, path.lstrip("/"), os.O_PATH | os.O_DIRECTORY, resolve=sc.RESOLVE_IN_ROOT)
    finally:
        os.close(fd)
    try:
        return os.readlink(f"/proc/self/fd/{inner}")
    finally:
        os.close(inner)


def unmount(target: str, helpers: Sequence[int] = ()) -> None:
    """Take a root file system off `target` again and wait for the processes that served it."""
    sc.umount2(target, sc.MNT_DETACH)  # and what is mounted in it
    for pid in helpers:
        os.waitpid(pid, 0)


def diff_folders(plan: RootPlan) -> tuple[tuple[str, str], ...]:
    """Return where the container's own changes are: pairs of a folder of the root and the upper folder for it."""
    return tuple((entry.target, entry.upper) for entry in plan.mounts if entry.upper)
