"""At `start`: from the mounts in a container's record to those of its configuration, and what has to be done before.

Some need steps that only make sense once the container's root is mounted: copying what the image has there, an overlay,
the tree of an image, a part of a volume. The container's first process takes these steps in its own mount namespace,
so that what they mount ends with it; they leave a mount below the run folder, and the configuration binds that.
"""

from __future__ import annotations

from pod.engine.mounts import settle
from pod.engine.mounts.steps import Scratch
from pod.engine.volumes import mounting
from pod.errors import NoSuchVolume, StorageError
from pod.oci import runtime_spec as oci
from pod.record import Record
from pod.storage.container_records import Mount
from pod.storage.volumes import VolumeStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pod.engine.engine import Engine
    from pod.engine.mounts.steps import Step
    from pod.linux.locks import Lock
    from pod.storage.container_records import ContainerRecord
    from pod.storage.volumes import VolumeRecord

_PROPAGATIONS = {"shared", "rshared", "slave", "rslave", "private", "rprivate", "unbindable", "runbindable"}
_SETTLED = ("tmpcopyup", "notmpcopyup", "U", "copy", "nocopy")  # words that are dealt with before the kernel sees them


class MountPlan(Record):
    """What to mount for the user, in order; `steps` come first, in the container's mount namespace.

    `locks` keep other containers from the first use of the same volumes: release them once the container runs.
    """

    mounts: tuple[oci.Mount, ...] = ()
    steps: tuple[Step, ...] = ()
    locks: tuple[Lock, ...] = ()

    def before_mounts(self, root: str) -> None:
        """Take the steps; `root` is where the container's root is mounted."""
        for step in self.steps:
            step(root)

    def release(self) -> None:
        for lock in self.locks:
            lock.release()


def plan(engine: Engine, record: ContainerRecord, kinds: Iterable[str] = ()) -> MountPlan:
    """Return the plan for one start of a container; with `kinds` only for mounts of these types.

    The caller is in the user's namespace. Raises StorageError, KernelRefused, PluginError.
    """
    kinds = tuple(kinds)
    planned = [mount for mount in record.mounts if not kinds or mount.type in kinds]
    planned.sort(key=lambda mount: mount.target.rstrip("/").count("/"))  # what lies in another comes after it
    if all(mount.type == "bind" and is_plain(mount) for mount in planned):
        return MountPlan(tuple(map(plain_bind, planned)))
    making = _Planning(engine, record)
    mounts = tuple(making.planned(mount) for mount in planned)
    return MountPlan(mounts, tuple(making.steps), tuple(making.locks))


def is_plain(mount: Mount) -> bool:
    return not mount.subpath and not {"O", "U"} & set(mount.options)


def plain_bind(mount: Mount, source: str = "") -> oci.Mount:
    """Return the bind mount of a folder or a file of the host."""
    recursion = () if {"bind", "rbind"} & set(mount.options) else ("rbind",)
    propagation = ("rprivate",) if not _PROPAGATIONS & set(mount.options) else ()
    options = tuple(word for word in mount.options if word not in _SETTLED)
    return oci.Mount(mount.target, "bind", source or mount.source, (*recursion, *propagation, *options))


def tmpfs_options(mount: Mount) -> tuple[str, ...]:
    """Return the options of a tmpfs with the defaults of Docker and Podman."""
    words = {option.partition("=")[0] for option in mount.options}
    pairs = (("nosuid", "suid"), ("nodev", "dev"), ("noexec", "exec"))
    defaults = [flag for flag, opposite in pairs if opposite not in words]
    if "mode" not in words and mount.type == "tmpfs":
        defaults.append("mode=1777")
    return (*defaults, *(option for option in mount.options if option not in _SETTLED))


class _Planning:
    """Goes through the mounts of one container and gathers what has to be done before."""

    def __init__(self, engine: Engine, record: ContainerRecord) -> None:
        self.engine = engine
        self.record = record
        self.steps: list[Step] = []
        self.locks: list[Lock] = []
        self._scratch = Scratch(engine, record)
        self._makers: dict[str, Callable[[Mount], oci.Mount]] = {
            "bind": self._bind,
            "volume": self._volume,
            "tmpfs": self._tmpfs,
            "ramfs": lambda mount: oci.Mount(mount.target, "ramfs", "ramfs", tmpfs_options(mount)),
            "devpts": lambda mount: oci.Mount(
                mount.target, "devpts", "devpts", ("nosuid", "noexec", "newinstance", *mount.options)
            ),
            "image": self._image,
        }

    def planned(self, mount: Mount) -> oci.Mount:
        return self._makers[mount.type](mount)

    def _bind(self, mount: Mount) -> oci.Mount:
        return self._bound(mount, mount.source)

    def _bound(self, mount: Mount, source: str) -> oci.Mount:
        """Return the bind of a folder of the host, through an overlay, of a part of it, with its owners changed."""
        if "U" in mount.options:
            self.steps.append(self._scratch.change_owner(mount, source))
        if mount.subpath:
            source = self._take(self._scratch.part_of(mount, source))
        if "O" in mount.options:
            source = self._take(self._scratch.overlay(mount, source))
        return plain_bind(mount, source)

    def _take(self, prepared: tuple[Step, str]) -> str:
        """Note a step and return the folder where its result is mounted."""
        self.steps.append(prepared[0])
        return prepared[1]

    def _volume(self, mount: Mount) -> oci.Mount:
        volume = self._found(mount)
        source = mounting.make_ready(self.engine, volume, self.record.id)
        if volume.needs_copy_up or volume.needs_chown:
            lock = mounting.lock(self.engine, volume.name)
            if all(held.path != lock.path for held in self.locks):
                lock.acquire()
                self.locks.append(lock)
            from pod.engine.mounts import first_use

            nocopy = "nocopy" in mount.options or bool(mount.subpath)
            self.steps.append(first_use.step(self.engine, self.record, mount, copy=not nocopy))
        return self._bound(mount, source)

    def _found(self, mount: Mount) -> VolumeRecord:
        known = VolumeStore(self.engine.layout)
        if mount.anonymous:
            settle.make_anonymous(self.engine, mount)  # nothing to do, unless the command that created it was killed
        try:
            return known.read(mount.name)
        except NoSuchVolume as err:
            raise StorageError(
                f"cannot start container {self.record.name}: its volume {mount.name} is gone",
                hint=f"an empty one takes its place with `pod volume create {mount.name}`",
            ) from err

    def _tmpfs(self, mount: Mount) -> oci.Mount:
        options = tmpfs_options(mount)
        if "notmpcopyup" in mount.options:
            return oci.Mount(mount.target, "tmpfs", "tmpfs", options)
        from pod.engine.mounts import first_use

        step, source = self._scratch.tmpfs(mount, options)
        self.steps += [step, first_use.copy_into(mount.target, source)]
        if "U" in mount.options:
            self.steps.append(self._scratch.change_owner(mount, source))
        propagation = tuple(word for word in mount.options if word in _PROPAGATIONS) or ("rprivate",)
        read_only = tuple(word for word in mount.options if word == "ro")
        return oci.Mount(mount.target, "bind", source, ("rbind", *propagation, *read_only))

    def _image(self, mount: Mount) -> oci.Mount:
        source = self._take(self._scratch.image(mount))
        part = self._take(self._scratch.part_of(mount, source)) if mount.subpath else source
        return plain_bind(mount.replace(subpath=""), part)


