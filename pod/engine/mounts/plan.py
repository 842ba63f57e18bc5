"""At `start`: from the mounts in a container's record to those of its configuration, and what has to be done before.

Some need steps that only make sense once the container's root is mounted: copying what the image has there, an overlay,
the tree of an image, a part of a volume. The container's first process takes these steps in its own mount namespace,
so that what they mount ends with it; they leave a mount below the run folder, and the configuration binds that.
"""

from __future__ import annotations

import os

from pod.engine.mounts.oci_mounts import is_plain, plain_bind
from pod.oci import runtime_spec as oci
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.engine.mounts.steps import Step
    from pod.linux.locks import Lock
    from pod.storage.container_records import ContainerRecord


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


def for_view(engine: Engine, record: ContainerRecord) -> MountPlan:
    """Return the plan for looking at a stopped container's files: the folders of the host and the volumes that exist.

    The folder for the scratch mounts is left behind: see `tidy_view`.
    """
    mounts = []
    for mount in record.mounts:
        there = mount.type == "volume" or (mount.type == "bind" and os.path.exists(mount.source))
        if there and "O" not in mount.options:
            mounts.append(mount.replace(options=tuple(word for word in mount.options if word in _OF_VIEWS)))
    return plan(engine, record.replace(mounts=tuple(mounts)))


_OF_VIEWS = ("ro", "bind", "rbind", "nocopy")


def plan(engine: Engine, record: ContainerRecord) -> MountPlan:
    """Return the plan for one start of a container.

    The caller is in the user's namespace. Raises StorageError, KernelRefused, PluginError.
    """
    planned = list(record.mounts)
    planned.sort(key=lambda mount: mount.target.rstrip("/").count("/"))  # what lies in another comes after it
    if all(mount.type == "bind" and is_plain(mount) for mount in planned):
        return MountPlan(tuple(map(plain_bind, planned)))
    from pod.engine.mounts.planning import Planning

    making = Planning(engine, record)
    mounts = tuple(making.planned(mount) for mount in planned)
    return MountPlan(mounts, tuple(making.steps), tuple(making.locks))
