"""Control groups of version 2 in which this user may make some: cgroups(7), Documentation/admin-guide/cgroup-v2.rst.

A container gets a folder of its own in one that belongs to the user (delegation): which one, pod.engine.placement says.
"""

from __future__ import annotations

import errno
import os
import time

from pod.errors import KernelRefused
from pod.linux import files
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_SUPERVISOR = "supervisor"  # of a divided group: whoever was in it, beside the groups that have limits
_PATIENCE = 2.0  # seconds for processes that were killed to be gone
_STEP = 0.005
_ROUNDS = 10  # in which processes that are forked meanwhile are moved, too
_NO_CONTROLLER = ("cgroup",)  # the first word of files that every group has


class Setting(Record):
    """What is to be written into a file of a group, and the option that asks for it."""

    option: str
    file: str
    value: str

    @property
    def controller(self) -> str:
        return self.file.partition(".")[0]


class Place(Record):
    """A folder in which groups can be made."""

    path: str
    controllers: tuple[str, ...]  # those that the groups in it will have
    group: str = ""  # what the one of the container is to be called


def mount_point() -> tuple[str, str]:
    """Return where version 2 is mounted, and which folder of it that shows; "" where it is not."""
    for line in files.read_bytes("/proc/self/mountinfo", 1 << 22).decode(errors="replace").splitlines():
        fields, _, rest = line.partition(" - ")
        if rest.startswith("cgroup2 "):
            words = fields.split()
            return words[4], words[3]
    return "", ""


def is_unified() -> bool:
    """True where no controller belongs to version 1."""
    lines = files.read_bytes("/proc/self/cgroup", 1 << 16).splitlines()
    return all(line.startswith((b"0::", b"1:name=")) for line in lines)


def folder_of(process: int | str = "self") -> str:
    """Return the folder of the group that a process is in, "" where it cannot be seen."""
    mounted, root = mount_point()
    for line in files.read_bytes(f"/proc/{process}/cgroup", 1 << 16).decode(errors="replace").splitlines():
        if mounted and line.startswith("0::"):
            path = line[3:]
            if root != "/" and path.startswith(root):
                path = path[len(root) :]
            folder = f"{mounted}{path}".rstrip("/")
            return folder if os.path.isdir(folder) else ""
    return ""


def find(parent: str = "") -> Place | None:
    """Return the folder for new groups: `parent` below the highest folder that is the user's. Raises KernelRefused."""
    top = folder_of()
    if not top or not is_ours(top):
        return None
    mounted = mount_point()[0]
    while top != mounted and is_ours(os.path.dirname(top)):
        top = os.path.dirname(top)
    if parent:
        top = _below(top, mounted, parent)
    return Place(top, _enabled(top))


def divide(folder: str, group: str) -> Place:
    """Make a group of ours fit to have groups with limits in it: its processes go to one beside them. Raises OSError.

    A group with processes of its own cannot hand any controller on ("no internal process constraint").
    """
    for _attempt in range(_ROUNDS):
        found = files.read_bytes(f"{folder}/cgroup.procs", 1 << 20).decode().split()
        if not found:
            break
        try:
            os.mkdir(f"{folder}/{_SUPERVISOR}")
        except FileExistsError:
            pass
        for pid in found:
            try:
                if folder_of(pid) == folder:  # the keeper of networks goes to a group of its own, perhaps this moment
                    files.write_kernel(f"{folder}/{_SUPERVISOR}/cgroup.procs", pid)
            except (FileNotFoundError, ProcessLookupError):
                continue
    return Place(folder, _enabled(folder), group)


def undivided(folder: str) -> str:
    """Return the group that was divided, for the one in it where its processes are now; else the same."""
    return folder.removesuffix(f"/{_SUPERVISOR}")


def _below(top: str, mounted: str, parent: str) -> str:
    for base in (mounted, top):  # from the root of the hierarchy, as in /proc/self/cgroup, or from our folder on
        folder = os.path.normpath(f"{base}/{parent.strip('/')}")
        if (folder + "/").startswith(top + "/") and os.path.isdir(folder):
            return folder
    raise KernelRefused(
        f"--cgroup-parent {parent}: there is no such control group of yours",
        hint=f"yours are below {top.removeprefix(mounted) or '/'}",
    )


def is_ours(folder: str) -> bool:
    """True for a group that is delegated to this user."""
    names = ("", "/cgroup.procs", "/cgroup.subtree_control")
    return all(os.access(folder + name, os.W_OK) for name in names)


def _enabled(folder: str) -> tuple[str, ...]:
    """Hand all controllers of a folder on to the groups in it; return those that they have then."""
    wanted = files.read_bytes(f"{folder}/cgroup.controllers", 4096).split()
    for name in set(wanted) - set(files.read_bytes(f"{folder}/cgroup.subtree_control", 4096).split()):
        try:
            files.write_kernel(f"{folder}/cgroup.subtree_control", f"+{name.decode()}")
        except OSError:
            continue
    return tuple(files.read_bytes(f"{folder}/cgroup.subtree_control", 4096).decode().split())


def make(place: Place, settings: Sequence[Setting], owner: tuple[int, int] | None = None) -> str:
    """Make the group of a container with its limits; return its folder. `owner` may divide it further.

    Raises KernelRefused.
    """
    folder = f"{place.path}/{place.group}"
    try:
        os.mkdir(folder)
    except FileExistsError:
        remove(folder)  # of a monitor that was killed
        os.mkdir(folder)
    except OSError as err:
        raise KernelRefused(f"cannot make a control group: {err.strerror}: {folder}") from err
    try:
        apply(folder, settings)
        if owner is not None:
            _give(folder, *owner)
    except (KernelRefused, OSError):
        os.rmdir(folder)
        raise
    return folder


def _give(folder: str, uid: int, gid: int) -> None:
    """Delegate a group (cgroup-v2.rst, "Model of Delegation"): its limits stay ours."""
    for name in ("", "/cgroup.procs", "/cgroup.subtree_control", "/cgroup.threads"):
        os.chown(folder + name, uid, gid)


def apply(folder: str, settings: Sequence[Setting]) -> None:
    """Write limits into a group. Raises KernelRefused that names the option."""
    for setting in settings:
        try:
            files.write_kernel(f"{folder}/{setting.file}", setting.value)
        except OSError as err:
            raise KernelRefused(
                f"cannot set {setting.option}: {os.strerror(err.errno or 0)}: {setting.file} = {setting.value}",
                hint=_hint(setting, err),
            ) from err


def _hint(setting: Setting, err: OSError) -> str:
    if err.errno in (errno.ENOENT, errno.EACCES, errno.EPERM):
        return f"the controller {setting.controller} is not handed on to your control groups"
    return "the value is not one that the kernel takes on this machine"


def missing(place: Place | None, settings: Sequence[Setting]) -> list[Setting]:
    """Return what cannot be set, because its controller is not there."""
    there = () if place is None else place.controllers
    if place is None:
        return list(settings)
    return [one for one in settings if one.controller not in there and one.controller not in _NO_CONTROLLER]


def join(folder: str, systemd: Sequence[str] = (), beside: int = 0) -> None:
    """Move this process into a group; all that it starts is then in it, too. Raises OSError, KernelRefused.

    Out of a login session only systemd can move it, which is asked at the sockets `systemd`. A group that was divided
    from within takes no processes: then it goes where the process `beside` is.
    """
    if beside and files.read_bytes(f"{folder}/cgroup.subtree_control", 4096).strip():
        inner = folder_of(beside)
        folder = inner if inner.startswith(f"{folder}/") else folder
    try:
        files.write_kernel(f"{folder}/cgroup.procs", "0")
    except OSError as err:
        scope, _, inner = folder.partition(".scope/")
        if err.errno not in (errno.EACCES, errno.EPERM) or not systemd or not inner:
            raise
        from pod.linux import scopes

        scopes.attach(systemd, f"{os.path.basename(scope)}.scope", f"/{inner}")


def freeze(folder: str, *, frozen: bool) -> None:
    """Stop all processes of a group where they are, or let them go on, and wait until that is so. Raises OSError."""
    files.write_kernel(f"{folder}/cgroup.freeze", "1" if frozen else "0")
    wanted = b"frozen 1" if frozen else b"frozen 0"
    deadline = time.monotonic() + _PATIENCE
    while wanted not in files.read_bytes(f"{folder}/cgroup.events", 4096).splitlines():
        if time.monotonic() > deadline:
            files.write_kernel(f"{folder}/cgroup.freeze", "0")
            raise TimeoutError(errno.ETIMEDOUT, "the processes do not come to rest", folder)
        time.sleep(_STEP)


def was_short_of_memory(folder: str) -> bool:
    """True where the kernel has killed a process of the group for want of memory."""
    try:
        events = dict(line.split() for line in files.read_bytes(f"{folder}/memory.events", 4096).splitlines())
    except OSError:
        return False
    return int(events.get(b"oom_kill", 0)) > 0


def remove(folder: str) -> None:
    """Remove a group, those that were made in it, and what still runs there."""
    deadline = time.monotonic() + _PATIENCE
    while os.path.isdir(folder):
        for path, _folders, _files in os.walk(folder, topdown=False):
            try:
                os.rmdir(path)
            except FileNotFoundError:
                continue
            except OSError:
                _kill(folder)
        if time.monotonic() > deadline:
            return  # a later start of the container tries again
        if os.path.isdir(folder):
            time.sleep(_STEP)


def _kill(folder: str) -> None:
    try:
        files.write_kernel(f"{folder}/cgroup.kill", "1")
    except OSError:
        pass  # Linux before 5.14
