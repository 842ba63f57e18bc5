"""Where the control group of a container is to be, and who makes it.

--cgroups enabled     a scope of its own by the user's systemd, with the monitor in it: it outlives the login session,
                      and is gone when both are gone, however they end
--cgroups no-conmon   the same without the monitor, which stays in the unit that it is the main process of
--cgroups split       in the unit that started the container, beside its monitor; elsewhere as enabled
without systemd       the highest group of the user's above this process's, else none

In a scope and in a unit that is split, the container's group is beside that of the others: only what has no processes
of its own can hand controllers on.
"""

from __future__ import annotations

import errno
import os

from pod.errors import KernelRefused, UsageError
from pod.linux import files, scopes
from pod.runtime import cgroups
from pod.runtime.cgroups import Place
from pod.storage.container_records import ControlGroup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.settings import Settings
    from pod.storage.container_records import ContainerRecord

_UNIFIED = "/sys/fs/cgroup/cgroup.controllers"


def foresee(settings: Settings, group: ControlGroup) -> Place | None:
    """Return where the group would be, with which controllers; nothing is made. Raises KernelRefused, UsageError."""
    if group.parent and not group.parent.endswith(".slice") and _uses_systemd(settings, ControlGroup()):
        raise UsageError(
            f"--cgroup-parent {group.parent}: systemd makes the control groups here, and the parent of them is a slice",
            hint=f"name one, such as {os.path.basename(group.parent) or 'my'}.slice, or use --cgroup-manager cgroupfs",
        )
    if _uses_systemd(settings, group):
        try:
            folder = cgroups.mount_point()[0] + scopes.own_group(settings.systemd)
            return Place(folder, tuple(files.read_bytes(f"{folder}/cgroup.controllers", 4096).decode().split()))
        except (scopes.Refused, OSError):
            pass  # as `take` does
    return _delegated(group.parent)


def is_possible(settings: Settings, group: ControlGroup) -> bool:
    """True where the container will have a group of its own, as far as can be told without asking systemd."""
    folder = cgroups.folder_of()
    return _uses_systemd(settings, group) or bool(folder and cgroups.is_ours(folder))


def take(settings: Settings, record: ContainerRecord) -> Place | None:
    """Go where the group of a container can be made, and return the place. Raises KernelRefused, OSError."""
    group = record.control_group
    unit = _own_unit() if group.mode == "split" and not group.parent else ""
    if unit:
        return cgroups.divide(unit, f"pod-payload-{record.id}")
    if _uses_systemd(settings, group):
        try:
            return cgroups.divide(_scope(settings, record), "container")
        except scopes.Refused:
            if group.parent:
                raise
    place = _delegated(group.parent)
    return None if place is None else place.replace(group=f"pod-{record.id}")


def slice_of(settings: Settings, group: ControlGroup) -> str:
    """Return the slice that a container's scope is in, "" where it gets none."""
    if group.mode == "disabled" or not _uses_systemd(settings, group):
        return ""
    return group.parent or scopes.DEFAULT_SLICE


def _uses_systemd(settings: Settings, group: ControlGroup) -> bool:
    return (
        (not group.parent or group.parent.endswith(".slice"))
        and scopes.is_there(settings.systemd)
        and os.path.exists(_UNIFIED)  # elsewhere, the controllers are in hierarchies of root's
    )


def _delegated(parent: str) -> Place | None:
    if parent.endswith(".slice"):
        raise KernelRefused(
            f"--cgroup-parent {parent}: slices are made by systemd, and none of yours runs or is to be asked",
            hint="`loginctl enable-linger` starts it; else name a folder below your own control group",
        )
    return cgroups.find(parent)


def _own_unit() -> str:
    """Return the folder of the service that this process belongs to, where its group is the user's to divide."""
    folder = cgroups.undivided(cgroups.folder_of())
    name = os.path.basename(folder)
    is_service = name.endswith(".service") and not name.startswith("user@")
    return folder if is_service and cgroups.is_ours(folder) else ""


def _scope(settings: Settings, record: ContainerRecord) -> str:
    """Return the folder of the container's scope, made now or, for a restart, before. Raises scopes.Refused."""
    unit = f"pod-{record.id}.scope"
    asked = (settings.systemd, unit, record.control_group.parent or scopes.DEFAULT_SLICE, f"pod: {record.name}")
    before = cgroups.undivided(cgroups.folder_of())
    if os.path.basename(before) == unit:
        return before
    if record.control_group.mode == "no-conmon":
        folder = _held(*asked)
    else:
        scopes.start(*asked)
        folder = cgroups.undivided(cgroups.folder_of())
    if os.path.basename(folder) != unit:
        raise scopes.Refused(f"{unit} is not to be seen from here")
    return folder


def _held(sockets: tuple[str, ...], unit: str, slice_: str, description: str) -> str:
    """Have a scope that a sleeping child of ours holds open until we end; return its folder."""
    from pod.linux import syscalls as sc
    from pod.runtime.user_namespace import Holder

    def go_there() -> None:
        sc.prctl(sc.PR_SET_PDEATHSIG, 9)
        try:
            scopes.start(sockets, unit, slice_, description)
        except scopes.Refused as err:
            raise OSError(errno.EPERM, err.message) from err

    holder = Holder(go_there, "infinity")
    if holder.errno:
        holder.dismiss()
        raise scopes.Refused(f"systemd makes no scope {unit}: {os.strerror(holder.errno)}")
    folder = cgroups.undivided(cgroups.folder_of(holder.pid))
    holder.release()
    return folder
