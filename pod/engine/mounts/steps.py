"""What the container's first process mounts below its run folder before the configuration's own mounts.

Each method returns a step, a function of where the container's root is mounted, and most of them the folder in which
the step's result will be found. Whatever belongs to a container or to an image is opened inside it by the kernel.
"""

from __future__ import annotations

import errno
import os
import stat

from pod.engine import owners
from pod.errors import KernelRefused, PodError, UsageError
from pod.linux import files
from pod.linux import syscalls as sc
from pod.oci.digest import Digest
from pod.runtime import inroot, users
from pod.runtime.mounts import MountOptions
from pod.storage import rootfs as storage
from pod.storage.drivers import choice
from pod.storage.layers import LayerStore
from pod.storage.rootfs import RootMount, RootPlan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.engine.engine import Engine
    from pod.storage.container_records import ContainerRecord, Mount

    Step = Callable[[str], None]

# Folders of the machine that nobody means to give away when they write U.
_NEVER_CHOWNED = ("/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/media", "/opt", "/proc", "/root",
                  "/run", "/sbin", "/srv", "/sys", "/tmp", "/usr", "/var", "/var/lib", "/var/log")  # fmt: skip


class Scratch:
    """Makes folders below a container's run folder, one for each mount, and the steps that fill them."""

    def __init__(self, engine: Engine, record: ContainerRecord) -> None:
        self._engine = engine
        self._record = record
        self._folder = f"{engine.layout.run_container(record.id)}/mounts"
        self._count = 0

    def _new(self) -> str:
        self._count += 1
        path = f"{self._folder}/{self._count}"
        files.make_folders(path)
        return path

    def _own(self, name: str) -> str:
        """Return a folder for one mount's changes, which go with the container; empty at each start, as Podman's."""
        path = f"{self._engine.layout.container(self._record.id)}/overlays/{self._count}-{name}"
        files.remove_tree(path)
        files.make_folders(path, 0o755)
        return path

    def tmpfs(self, mount: Mount, options: tuple[str, ...]) -> tuple[Step, str]:
        """A tmpfs, to be filled before the container sees it."""
        target = self._new()
        parsed = MountOptions.parse(tuple(word for word in options if word != "ro"), "tmpfs")

        def step(_root: str) -> None:
            with _told(f"a tmpfs at {mount.target}"):
                sc.mount("tmpfs", target, "tmpfs", parsed.flags, parsed.data or None)
                info = os.stat(target)
                os.chown(target, *owners.outside(self._record, info.st_uid, info.st_gid))

        return step, target

    def part_of(self, mount: Mount, source: str) -> tuple[Step, str]:
        """A part of a volume or of an image: found by the kernel inside of it, whatever links it holds."""
        target = self._new()

        def step(_root: str) -> None:
            top = os.open(source, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                part = inroot.open_in_root(top, mount.subpath)
            except OSError as err:
                where = f"{mount.type} {mount.name or mount.source}"
                raise PodError(f"cannot mount {mount.subpath} of {where}: {os.strerror(err.errno or 0)}") from err
            finally:
                os.close(top)
            try:
                place = target if stat.S_ISDIR(os.fstat(part).st_mode) else _as_file(target)
                tree = sc.open_tree(part, "", sc.AT_EMPTY_PATH | sc.OPEN_TREE_CLONE | sc.OPEN_TREE_CLOEXEC)
                sc.move_mount(tree, "", sc.AT_FDCWD, place, sc.MOVE_MOUNT_F_EMPTY_PATH)
                os.close(tree)
            finally:
                os.close(part)

        return step, target

    def overlay(self, mount: Mount, source: str) -> tuple[Step, str]:
        """A folder of the host that the container changes for itself alone; with upperdir= they are kept there."""
        if not os.path.isdir(source):
            raise UsageError(f"cannot mount {source} as an overlay: it is no folder", hint="leave :O away")
        target = self._new()
        values = dict(word.split("=", 1) for word in mount.options if "=" in word)
        for name in ("upperdir", "workdir"):
            if name in values and not os.path.isdir(values[name]):
                raise UsageError(
                    f"cannot mount {source} as an overlay: {name} {values[name]} is no folder",
                    hint=f"make it first: mkdir -p {values[name]}",
                )
        upper = values.get("upperdir") or self._own("upper")
        work = values.get("workdir") or self._own("work")
        driver = self._driver(f"mount {source} as an overlay")
        entry = RootMount("/", driver, (source,), upper, work)
        plan = RootPlan(driver, (entry,), self._engine.settings.mount_program or storage.FUSE)

        def step(_root: str) -> None:
            with _told(f"{source} as an overlay at {mount.target}"):
                if "upperdir" not in values:
                    _take_over(source, upper)
                storage.mount_root(plan, target)

        return step, target

    def image(self, mount: Mount) -> tuple[Step, str]:
        """The files of an image: to look at, or with rw to be changed for as long as the container lives."""
        target = self._new()
        layers = [LayerStore(self._engine.layout).path(Digest.parse(diff_id)) for diff_id in mount.layers]
        settings = self._engine.settings
        driver = choice.choose(self._engine.layout, settings.storage_driver, settings.mount_program)
        folder = self._own("image")
        ids = owners.shifted(self._record)
        if "rw" in mount.options:
            for name in ("upper", "work"):
                os.mkdir(f"{folder}/{name}")
            plan = storage.prepare(self._engine.layout, driver, folder, layers, program=settings.mount_program, ids=ids)
        else:
            plan = storage.prepare_view(self._engine.layout, driver, folder, layers, settings.mount_program, ids)

        def step(_root: str) -> None:
            with _told(f"image {mount.source} at {mount.target}"):
                storage.mount_root(plan, target)

        return step, target

    def change_owner(self, mount: Mount, source: str) -> Step:
        """Give everything in a folder to the container's user, as U asks for."""
        if os.path.realpath(source) in (*_NEVER_CHOWNED, self._engine.settings.home):
            raise UsageError(
                f"refusing to change the owner of everything in {source}",
                hint="name a folder below it, or leave U away",
            )

        def step(root: str) -> None:
            user = users.resolve_user(root, self._record.user)
            try:
                _chown_tree(source, *owners.outside(self._record, user.uid, user.gid))
            except OSError as err:
                raise PodError(
                    f"cannot change the owner of {mount.source or mount.target} for the container: {err.strerror}",
                    hint="only what belongs to you or to your subordinate ids can be given away",
                ) from err

        return step

    def _driver(self, what: str) -> str:
        settings = self._engine.settings
        driver = choice.choose(self._engine.layout, settings.storage_driver, settings.mount_program)
        if driver == storage.VFS:
            raise KernelRefused(
                f"cannot {what}: the storage driver {storage.VFS} has no overlays",
                hint="copy the folder yourself, and mount the copy",
            )
        return driver


class _told:
    """Tell of a failed mount in the words of what was tried."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, err: BaseException | None, trace: object) -> None:
        if isinstance(err, OSError):
            raise PodError(f"cannot mount {self._what}: {os.strerror(err.errno or 0)}") from err


def _as_file(folder: str) -> str:
    """Make a folder that was meant as a mount point a file."""
    os.rmdir(folder)
    os.close(os.open(folder, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    return folder


def _take_over(lower: str, upper: str) -> None:
    """Give an overlay's upper folder the mode and the owner of what lies below, as the kernel shows the upper's."""
    info = os.stat(lower)
    try:
        os.chown(upper, info.st_uid, info.st_gid)
    except OSError as err:
        if err.errno not in (errno.EPERM, errno.EINVAL):  # of a user who is not mapped
            raise
    os.chmod(upper, stat.S_IMODE(info.st_mode))


def _chown_tree(path: str, uid: int, gid: int) -> None:
    """Change owners below a path, following no link: the folders are held open while we are in them."""
    top = os.open(path, os.O_PATH | os.O_CLOEXEC)
    is_folder = stat.S_ISDIR(os.fstat(top).st_mode)
    os.chown(inroot.fd_path(top), uid, gid)
    os.close(top)
    if not is_folder:
        return
    for _folder, folders, names, fd in os.fwalk(path, follow_symlinks=False):
        for name in (*folders, *names):
            info = os.stat(name, dir_fd=fd, follow_symlinks=False)
            if (info.st_uid, info.st_gid) != (uid, gid):
                os.chown(name, uid, gid, dir_fd=fd, follow_symlinks=False)
                if info.st_mode & 0o6000 and stat.S_ISREG(info.st_mode):
                    os.chmod(name, stat.S_IMODE(info.st_mode), dir_fd=fd)
