"""The processes of a running container, as the kernel shows them in /proc (proc(5)).

A process belongs to a container when it is in its pid namespace. One that shares the host's, or another container's,
owns what descends from its first process.
"""

from __future__ import annotations

import os

from pod.engine import sharing
from pod.engine.containers import Container
from pod.linux import files
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine

TICKS = os.sysconf("SC_CLK_TCK")
_LIMIT = 1 << 22


class Process(Record):
    """One process: the fields of /proc/PID/stat and /proc/PID/status that listings show."""

    pid: int  # on the host
    parent: int  # on the host
    state: str
    tty: int  # device number, 0 for none
    ticks: int  # of processor time, its own and that of the children it has waited for
    own_ticks: int
    system_ticks: int  # of `ticks`, in the kernel
    nice: int
    threads: int
    started: int  # ticks since boot
    virtual: int  # bytes
    resident: int  # bytes
    name: str
    args: str
    status: dict[str, str]

    def inside(self, field: str = "NSpid") -> int:
        """Return a pid (NSpid, NSpgid, NSsid) as the container sees it."""
        return int(self.status.get(field, "0").split()[-1])

    def id(self, field: str, kind: int) -> int:
        """Return one number of the Uid or Gid line: 0 is the real id, 1 the effective one."""
        return int(self.status[field].split()[kind])


def of_container(engine: Engine, container: Container) -> list[Process]:
    """Return the container's processes, its first one first. Raises WrongState where it has just ended."""
    engine.enter()  # namespaces of processes can be looked at by the root of their user namespace only
    first = container.state.init
    everyone = _pids()
    if container.record.pid_mode in ("", "private"):
        namespace = _namespace(sharing.process_of(container).pid)
        chosen = [pid for pid in everyone if _namespace(pid) == namespace or (first and pid == first.pid)]
        found = [process for process in map(read, chosen) if process is not None]
    else:
        found = _family(first.pid if first else 0, [process for process in map(read, everyone) if process is not None])
    return sorted(found, key=Process.inside)


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdecimal()]


def _namespace(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return ""  # it has ended, or is somebody else's


def _family(ancestor: int, everyone: list[Process]) -> list[Process]:
    """Return a process and its descendants."""
    children: dict[int, list[Process]] = {}
    for process in everyone:
        children.setdefault(process.parent, []).append(process)
    found = [process for process in everyone if process.pid == ancestor]
    for process in found:  # grows while it is gone through
        found.extend(children.get(process.pid, []))
    return found


def read(pid: int) -> Process | None:
    """Read one process; None when it has ended."""
    try:
        stat = files.read_bytes(f"/proc/{pid}/stat", _LIMIT)
        status = files.read_bytes(f"/proc/{pid}/status", _LIMIT)
        command = files.read_bytes(f"/proc/{pid}/cmdline", _LIMIT)
    except OSError:
        return None
    name = os.fsdecode(stat[stat.index(b"(") + 1 : stat.rindex(b")")])
    f = stat[stat.rindex(b")") + 2 :].split()  # field 3 of proc(5) is f[0]
    words = [os.fsdecode(word) for word in command.split(b"\0") if word]
    return Process(
        pid=pid,
        parent=int(f[1]),
        state=f[0].decode(),
        tty=int(f[4]),
        ticks=sum(map(int, f[11:15])),
        own_ticks=int(f[11]) + int(f[12]),
        system_ticks=int(f[12]) + int(f[14]),
        nice=int(f[16]),
        threads=int(f[17]),
        started=int(f[19]),
        virtual=int(f[20]),
        resident=int(f[21]) * os.sysconf("SC_PAGE_SIZE"),
        name=name,
        args=" ".join(words) or f"[{name}]",
        status=_status(status),
    )


def _status(data: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in os.fsdecode(data).splitlines())
    return {key: value.strip() for key, _colon, value in lines}
