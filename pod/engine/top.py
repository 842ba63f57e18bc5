"""`top`: what is known of a container's processes, and how the host's ps shows them."""

from __future__ import annotations

import os
import time

from pod.engine import containers, processes, sharing
from pod.engine.processes import Process
from pod.errors import PodError, UsageError, WrongState
from pod.linux import files
from pod.linux import process as programs
from pod.record import Record
from pod.runtime import users

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.engine.containers import Container
    from pod.engine.engine import Engine
    from pod.linux.idmap import IdRange


class Snapshot(Record):
    """The processes of a container at a moment, and what their numbers mean."""

    processes: tuple[Process, ...]
    now: int  # nanoseconds since boot
    users: dict[int, str]  # as the container's own /etc/passwd has them
    groups: dict[int, str]
    uid_map: tuple[tuple[int, int, int], ...]  # of the user's namespace: first inside, first outside, how many
    gid_map: tuple[tuple[int, int, int], ...]


def top(engine: Engine, name: str) -> Snapshot:
    """Look at the processes of a running container. Raises NoSuchContainer, WrongState."""
    container = _running(engine, name)
    found = processes.of_container(engine, container)
    user_names, group_names = _names(sharing.process_of(container).pid)
    if container.record.id_map is not None:
        user_names = _seen_from_here(user_names, container.record.id_map.uids, found, "Uid")
        group_names = _seen_from_here(group_names, container.record.id_map.gids, found, "Gid")
    return Snapshot(
        processes=tuple(found),
        now=time.clock_gettime_ns(time.CLOCK_BOOTTIME),
        users=user_names,
        groups=group_names,
        uid_map=_id_map("/proc/self/uid_map"),
        gid_map=_id_map("/proc/self/gid_map"),
    )


def ps(engine: Engine, name: str, arguments: Sequence[str]) -> list[str]:
    """Return the lines of the host's own ps(1) that are about the container, as Docker does. Raises PodError."""
    container = _running(engine, name)
    pids = {str(process.pid) for process in processes.of_container(engine, container)}
    try:
        result = programs.run(["ps", *arguments], env={**os.environ, "COLUMNS": "4096"})
    except OSError as err:
        raise PodError(
            f"cannot run ps: {err.strerror}", hint="name columns of ours instead, such as pid,user,args"
        ) from err
    if result.code:
        raise PodError(f"ps failed: {os.fsdecode(result.stderr).strip().splitlines()[0] if result.stderr else ''}")
    heading, *lines = os.fsdecode(result.stdout).splitlines()
    if "PID" not in heading.split():
        raise UsageError("ps prints no column PID", hint="it tells which lines are the container's: add it")
    at = heading.split().index("PID")
    return [heading, *(line for line in lines if line.split()[at : at + 1] and line.split()[at] in pids)]


def _running(engine: Engine, name: str) -> Container:
    container = containers.find(engine.layout, name)
    if not container.running:
        raise WrongState(f"container {container.name} is not running", hint=f"start it: pod start {container.name}")
    return container


def _names(pid: int) -> tuple[dict[int, str], dict[int, str]]:
    """Return the names of users and groups in the root of a process; none where its files are no files."""
    try:
        root = os.open(f"/proc/{pid}/root", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return {}, {}
    try:
        return users.names(root)
    except PodError:
        return {}, {}
    finally:
        os.close(root)


def _seen_from_here(
    names: dict[int, str], ranges: Sequence[IdRange], found: Sequence[Process], field: str
) -> dict[int, str]:
    """Return the names of a container's own users under the numbers that /proc shows us; nameless ones as theirs."""
    known = {}
    for process in found:
        for number in map(int, process.status.get(field, "").split()):
            inside = next((r.inside + number - r.outside for r in ranges if 0 <= number - r.outside < r.count), number)
            known[number] = names.get(inside, str(inside))
    return known


def _id_map(path: str) -> tuple[tuple[int, int, int], ...]:
    lines = files.read_bytes(path, 1 << 16).splitlines()
    return tuple((int(a), int(b), int(c)) for a, b, c in map(bytes.split, lines))
