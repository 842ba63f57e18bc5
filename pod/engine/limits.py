"""Limits on what a container may use: which files of its control group they are, and what happens where it has none.

Values are converted as crun does: https://github.com/containers/crun/blob/main/crun.1.md, "CGROUP v2".
"""

from __future__ import annotations

import os

from pod.engine import placement
from pod.errors import KernelRefused, UsageError
from pod.runtime import cgroups
from pod.runtime.cgroups import Place, Setting
from pod.storage.container_records import ContainerRecord, DeviceLimit, Resources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.engine.engine import Engine
    from pod.settings import Settings

PERIOD = 100_000  # microseconds
_PIDS = 2048  # Podman's default
_NO_LIMITS = Resources()


def check(engine: Engine, record: ContainerRecord) -> None:
    """See that limits can hold on this machine, before anything is made. Raises KernelRefused, UsageError.

    With version 1 they cannot without root, and the user is told so, as Podman does, and the container runs.
    """
    wanted = settings(record.resources)
    if record.control_group.mode == "disabled" and (wanted or record.control_group.parent):
        raise UsageError("--cgroups disabled leaves nothing that could keep limits: drop the one or the others")
    if record.control_group.mode == "split" and record.control_group.parent:
        raise UsageError("--cgroups split and --cgroup-parent exclude each other: the parent is the unit")
    if not wanted and not record.control_group.parent:
        return
    place = placement.foresee(engine.settings, record.control_group)
    lacking = cgroups.missing(place, wanted)
    if not lacking and place is not None:
        return
    if cgroups.is_unified():
        raise _refusal(place, lacking)
    _say_ignored(engine, lacking)


def _say_ignored(engine: Engine, lacking: Sequence[Setting]) -> None:
    options = ", ".join(dict.fromkeys(one.option for one in lacking)) or "--cgroup-parent"
    engine.notify(
        f"limits are ignored: {options}; this machine has control groups of version 1, which are root's alone"
    )


def _refusal(place: Place | None, lacking: Sequence[Setting]) -> KernelRefused:
    controllers = " ".join(sorted({one.controller for one in lacking}))
    what = f"cannot keep {', '.join(dict.fromkeys(one.option for one in lacking)) or '--cgroup-parent'}"
    if place is None:
        return KernelRefused(
            f"{what}: no control group on this machine belongs to you",
            hint="with a systemd of yours there is one: log in through ssh or the console, or `loginctl enable-linger`",
            exit_code=126,
        )
    from pod.engine import delegation

    return KernelRefused(
        f"{what}: controller {controllers} is not available: it is not delegated to you",
        hint=f"an administrator delegates it, before your next login: {delegation.REMEDY}",
        exit_code=126,  # Podman's, whose runtime refuses it
    )


def prepare(configured: Settings, record: ContainerRecord) -> str:
    """Make the control group for one start; return its folder, "" where the container has none. Raises KernelRefused.

    This process, the container's monitor, may be moved for it.
    """
    if record.control_group.mode == "disabled":
        return ""
    wanted = settings(record.resources)
    place = placement.take(configured, record)
    lacking = cgroups.missing(place, wanted)
    if lacking and cgroups.is_unified():
        raise _refusal(place, lacking)
    if place is None:
        return ""
    usual = [one for one in _usual(record.resources, place.path) if one.controller in place.controllers]
    return cgroups.make(place, [*usual, *(one for one in wanted if one not in lacking)], _root_of(record))


def _root_of(record: ContainerRecord) -> tuple[int, int] | None:
    """Return who is root in the container, where that is somebody else and divides its group (systemd does)."""
    if record.id_map is None or not record.systemd.enabled:
        return None
    uids = [part.outside for part in record.id_map.uids if part.inside == 0]
    gids = [part.outside for part in record.id_map.gids if part.inside == 0]
    return (uids[0], gids[0]) if uids and gids else None


def change(engine: Engine, folder: str, resources: Resources) -> None:
    """Set the limits of a container that runs. Raises KernelRefused."""
    wanted = settings(resources)
    lacking = [one for one in wanted if not os.path.exists(f"{folder}/{one.file}")]
    if lacking and cgroups.is_unified():
        raise _refusal(Place(folder, ()), lacking)
    if lacking:
        _say_ignored(engine, lacking)
    usual = _usual(resources, folder)
    cgroups.apply(folder, [*usual, *(one for one in wanted if one not in lacking)])


def _usual(resources: Resources, folder: str) -> list[Setting]:
    """Return what holds without being asked for, where such groups as `folder` can keep it: Podman's defaults."""
    found = []
    if resources.memory and not resources.memory_swap:
        found.append(Setting("--memory-swap", "memory.swap.max", str(resources.memory)))  # as much again
    if not resources.pids_limit:
        found.append(Setting("--pids-limit", "pids.max", str(_PIDS)))
    return [one for one in found if os.path.exists(f"{folder}/{one.file}")]


def settings(resources: Resources) -> tuple[Setting, ...]:
    """Return what is to be written for the limits that are given."""
    if resources == _NO_LIMITS:
        return ()
    own = tuple(Setting("--cgroup-conf", name, value) for name, value in resources.files.items())
    return (*_memory(resources), *_processors(resources), *_disks(resources), *own)


def _memory(wanted: Resources) -> list[Setting]:
    found = []
    if wanted.memory:
        found.append(Setting("--memory", "memory.max", _number(wanted.memory)))
    if wanted.memory_swap:
        swap = wanted.memory_swap if wanted.memory_swap < 0 else wanted.memory_swap - wanted.memory
        found.append(Setting("--memory-swap", "memory.swap.max", _number(swap)))
    if wanted.memory_reservation:
        found.append(Setting("--memory-reservation", "memory.low", _number(wanted.memory_reservation)))
    if wanted.pids_limit:
        found.append(Setting("--pids-limit", "pids.max", _number(wanted.pids_limit)))
    return found


def _number(value: int) -> str:
    return "max" if value < 0 else str(value)


def _processors(wanted: Resources) -> list[Setting]:
    found = []
    period = wanted.cpu_period or PERIOD
    if wanted.nano_cpus:
        found.append(Setting("--cpus", "cpu.max", f"{wanted.nano_cpus * period // 1_000_000_000} {period}"))
    elif wanted.cpu_quota or wanted.cpu_period:
        option = "--cpu-quota" if wanted.cpu_quota else "--cpu-period"
        found.append(Setting(option, "cpu.max", f"{_number(wanted.cpu_quota or -1)} {period}"))
    if wanted.cpu_shares:
        shares = max(2, wanted.cpu_shares)
        found.append(Setting("--cpu-shares", "cpu.weight", str(1 + (shares - 2) * 9999 // 262142)))
    if wanted.cpuset_cpus:
        found.append(Setting("--cpuset-cpus", "cpuset.cpus", wanted.cpuset_cpus))
    if wanted.cpuset_mems:
        found.append(Setting("--cpuset-mems", "cpuset.mems", wanted.cpuset_mems))
    return found


def _disks(wanted: Resources) -> list[Setting]:
    found = []
    if wanted.blkio_weight:
        found.append(Setting("--blkio-weight", "io.weight", f"default {_io_weight(wanted.blkio_weight)}"))
    for one in wanted.blkio_weight_device:
        value = f"{_number_of(one, '--blkio-weight-device')} {_io_weight(one.value)}"
        found.append(Setting("--blkio-weight-device", "io.weight", value))
    for option, limits, key in (
        ("--device-read-bps", wanted.device_read_bps, "rbps"),
        ("--device-write-bps", wanted.device_write_bps, "wbps"),
        ("--device-read-iops", wanted.device_read_iops, "riops"),
        ("--device-write-iops", wanted.device_write_iops, "wiops"),
    ):
        found += [Setting(option, "io.max", f"{_number_of(one, option)} {key}={one.value}") for one in limits]
    return found


def _io_weight(value: int) -> int:
    """Stretch 10…1000 to 1…10000."""
    return 1 + (value - 10) * 9999 // 990


def _number_of(limit: DeviceLimit, option: str) -> str:
    """Return the number of a disk as io.max names it."""
    try:
        device = os.stat(limit.path).st_rdev
    except OSError as err:
        raise UsageError(f"{option} {limit.path}: {err.strerror}", hint="`lsblk` lists the disks") from err
    if not device:
        raise UsageError(f"{option} {limit.path}: that is no device", hint="`lsblk` lists the disks")
    return f"{os.major(device)}:{os.minor(device)}"
