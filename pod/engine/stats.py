"""`stats`: what running containers use, as their control groups have counted it.

What no group counts, for want of a controller or of a group at all, is summed over the processes in /proc. There,
memory is the proportional set size, so that what processes share counts once. Time and input of processes that have
ended are known as far as a living parent has waited for them (proc(5)).
"""

from __future__ import annotations

import os
import time

from pod.engine import containers, processes, sharing
from pod.engine.processes import TICKS, Process
from pod.errors import WrongState
from pod.linux import files
from pod.record import Record
from pod.runtime import cgroup_usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.engine.containers import Container
    from pod.engine.engine import Engine

_SECOND = 1_000_000_000


class Sample(Record):
    """What a container had used at a moment; all amounts are bytes and nanoseconds. One that does not run uses none."""

    id: str
    name: str
    moment: int = 0  # since boot
    started: int = 0
    cpu: int = 0
    system: int = 0  # of that, in the kernel
    memory: int = 0
    memory_limit: int = 0
    received: int = 0
    sent: int = 0
    read: int = 0
    written: int = 0
    threads: int = 0

    def cpu_percent(self, before: Sample | None) -> float:
        """Return the use of processors since an earlier sample, or since the container's start; 100 is one of them."""
        if before is None or before.started != self.started:
            return self.average_cpu
        return 100 * max(0, self.cpu - before.cpu) / max(1, self.moment - before.moment)

    @property
    def average_cpu(self) -> float:
        return 100 * self.cpu / max(1, self.moment - self.started)

    @property
    def memory_percent(self) -> float:
        return 100 * self.memory / self.memory_limit if self.memory_limit else 0.0


def sample(engine: Engine, names: Sequence[str]) -> list[Sample]:
    """Measure containers. Raises NoSuchContainer."""
    return [_of_container(engine, containers.find(engine.layout, name)) for name in names]


def _of_container(engine: Engine, container: Container) -> Sample:
    nothing = Sample(container.id, container.name)
    if not container.running:
        return nothing
    try:
        found = processes.of_container(engine, container)
        first = sharing.process_of(container).pid
    except WrongState:
        return nothing
    if not found:
        return nothing
    usage = cgroup_usage.of(container.state.cgroup) if container.state.cgroup else cgroup_usage.Usage()
    received, sent = (0, 0) if container.record.network in ("host", "none") else _traffic(first)
    if usage.read is None or usage.written is None:
        read, written = (sum(amounts) for amounts in zip(*map(_block_io, found), strict=True))
    else:
        read, written = usage.read, usage.written
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return nothing.replace(
        moment=time.clock_gettime_ns(time.CLOCK_BOOTTIME),
        started=min(process.started for process in found) * _SECOND // TICKS,
        cpu=sum(process.ticks for process in found) * _SECOND // TICKS if usage.cpu is None else usage.cpu,
        system=sum(process.system_ticks for process in found) * _SECOND // TICKS
        if usage.system is None
        else usage.system,
        memory=sum(map(_memory, found)) if usage.memory is None else usage.memory,
        memory_limit=min(machine, usage.memory_limit or machine),
        received=received,
        sent=sent,
        read=read,
        written=written,
        threads=sum(process.threads for process in found) if usage.tasks is None else usage.tasks,
    )


def _memory(process: Process) -> int:
    """Return the proportional set size; the resident one of a process that is closed to us."""
    pss = _fields(f"/proc/{process.pid}/smaps_rollup").get("Pss")
    return process.resident if pss is None else int(pss.split()[0]) << 10


def _block_io(process: Process) -> tuple[int, int]:
    fields = _fields(f"/proc/{process.pid}/io")
    return int(fields.get("read_bytes", "0")), int(fields.get("write_bytes", "0"))


def _traffic(pid: int) -> tuple[int, int]:
    """Return the bytes that have come in and gone out over every interface but the loopback."""
    received = sent = 0
    for interface, numbers in _fields(f"/proc/{pid}/net/dev").items():
        counts = numbers.split()
        if interface != "lo" and counts[0].isdecimal():
            received += int(counts[0])
            sent += int(counts[8])
    return received, sent


def _fields(path: str) -> dict[str, str]:
    try:
        text = files.read_bytes(path, 1 << 20).decode(errors="replace")
    except OSError:
        return {}
    lines = (line.partition(":") for line in text.splitlines())
    return {key.strip(): value.strip() for key, colon, value in lines if colon}
