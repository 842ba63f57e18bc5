"""The control group of a container: made before its first process, removed after its last.

Where no systemd of the user's runs, most sessions own no control group: finding that out costs one file to be read.
"""

from __future__ import annotations

import os

from pod.linux import files
from pod.storage.container_records import ContainerRecord, Resources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.storage.container_records import ContainerState

_NONE = Resources()


def of(engine: Engine, record: ContainerRecord) -> str:
    """Make the group of a container; return its folder, "" where there is none. Raises KernelRefused.

    This process, the container's monitor, may be moved for it.
    """
    asked = record.resources != _NONE or record.control_group.parent
    if not asked and not any(map(os.path.exists, engine.settings.systemd)) and not _session_has_one():
        return ""
    from pod.engine import limits

    return limits.prepare(engine.settings, record)


def _session_has_one() -> bool:
    """True where the group that we are in may be the user's (limits.prepare finds out)."""
    for line in files.read_bytes("/proc/self/cgroup", 1 << 16).splitlines():
        if line.startswith(b"0::"):
            path = os.fsdecode(line[3:])
            return any(os.access(f"{top}{path}/cgroup.procs", os.W_OK) for top in _MOUNTS)
    return False


_MOUNTS = ("/sys/fs/cgroup", "/sys/fs/cgroup/unified")


def close(state: ContainerState) -> ContainerState:
    """Remove the group of a container that has ended; return its state with what the group knew."""
    if not state.cgroup:
        return state
    from pod.runtime import cgroups

    killed = cgroups.was_short_of_memory(state.cgroup)
    cgroups.remove(state.cgroup)
    return state.replace(cgroup="", oom_killed=killed)


def drop(folder: str) -> None:
    """Remove the group of a container that did not come to run."""
    if folder:
        from pod.runtime import cgroups

        cgroups.remove(folder)
