"""What the mounts that are more than a bind of a folder need before they can be made: see plan.py."""

from __future__ import annotations

from pod.engine.mounts import settle
from pod.engine.mounts.oci_mounts import PROPAGATIONS, plain_bind, tmpfs_options
from pod.engine.mounts.steps import Scratch
from pod.engine.volumes import mounting
from pod.errors import NoSuchVolume, StorageError
from pod.oci import runtime_spec as oci
from pod.storage.volumes import VolumeStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.engine.engine import Engine
    from pod.engine.mounts.steps import Step
    from pod.linux.locks import Lock
    from pod.storage.container_records import ContainerRecord, Mount
    from pod.storage.volumes import VolumeRecord


class Planning:
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
        propagation = tuple(word for word in mount.options if word in PROPAGATIONS) or ("rprivate",)
        read_only = tuple(word for word in mount.options if word == "ro")
        return oci.Mount(mount.target, "bind", source, ("rbind", *propagation, *read_only))

    def _image(self, mount: Mount) -> oci.Mount:
        source = self._take(self._scratch.image(mount))
        part = self._take(self._scratch.part_of(mount, source)) if mount.subpath else source
        return plain_bind(mount.replace(subpath=""), part)
