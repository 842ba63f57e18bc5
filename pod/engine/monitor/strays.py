"""Processes that outlive a container's first one.

In a pid namespace of the container's own the kernel ends them with it. Where the namespace is the host's or another
container's nobody would: the monitor does. It knows them by their mount namespace, which no two containers share; and
in the host's pid namespace it becomes their parent as their own ones end, also after the shortest of runs.
"""

from __future__ import annotations

import os

from pod.linux import files

_SIGKILL = 9


def adopt() -> None:
    """Become the parent of every descendant whose own one ends (prctl(2), PR_SET_CHILD_SUBREAPER)."""
    from pod.linux import syscalls as sc

    sc.prctl(sc.PR_SET_CHILD_SUBREAPER, 1)


def namespace_of(pid: int) -> str:
    """Return the name of a process's mount namespace, "" where it is closed to us, gone, or our own."""
    try:
        name = os.readlink(f"/proc/{pid}/ns/mnt")
        return "" if name == os.readlink("/proc/self/ns/mnt") else name
    except OSError:
        return ""


def end(namespace: str) -> None:
    """Kill what is left of a container whose first process has ended, until there is nothing."""
    while namespace and (found := [pid for pid in _pids() if namespace_of(pid) == namespace]):
        for pid in found:
            try:
                os.kill(pid, _SIGKILL)
            except ProcessLookupError:
                continue
    while children := files.read_bytes(f"/proc/self/task/{os.getpid()}/children", 1 << 20).split():
        for pid in map(int, children):
            os.kill(pid, _SIGKILL)
        for pid in map(int, children):
            os.waitpid(pid, 0)


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdecimal()]
