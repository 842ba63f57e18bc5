"""What the processes of a control group have used, those that have ended among them (cgroup-v2.rst)."""

from __future__ import annotations

import os

from pod.linux import files
from pod.record import Record


class Usage(Record):
    """Bytes, nanoseconds and tasks; None is what no controller counts in this group."""

    cpu: int | None = None
    system: int | None = None  # of that, in the kernel
    memory: int | None = None  # without the cache of files that has not been used for a while, as Docker counts
    memory_limit: int | None = None  # None is without end, too
    read: int | None = None
    written: int | None = None
    tasks: int | None = None


def of(folder: str) -> Usage:
    """Return what the group in a folder has used; one that is gone has counted nothing."""
    processor = _fields(f"{folder}/cpu.stat")
    memory = _number(f"{folder}/memory.current")
    if memory is not None:
        memory = max(0, memory - _fields(f"{folder}/memory.stat").get("inactive_file", 0))
    read, written = _disks(f"{folder}/io.stat")
    return Usage(
        cpu=processor["usage_usec"] * 1000 if "usage_usec" in processor else None,
        system=processor["system_usec"] * 1000 if "system_usec" in processor else None,
        memory=memory,
        memory_limit=_number(f"{folder}/memory.max"),
        read=read,
        written=written,
        tasks=_number(f"{folder}/pids.current"),
    )


def _number(path: str) -> int | None:
    text = _text(path).strip()
    return int(text) if text.isdecimal() else None


def _fields(path: str) -> dict[str, int]:
    lines = (line.partition(" ") for line in _text(path).splitlines())
    return {name: int(value) for name, _, value in lines if value.isdecimal()}


def _disks(path: str) -> tuple[int, int] | tuple[None, None]:
    """Return what was read and written over all disks: a line of KEY=VALUE for each that was used."""
    if not os.path.exists(path):
        return None, None
    read = written = 0
    for word in _text(path).split():
        key, _, value = word.partition("=")
        if key == "rbytes":
            read += int(value)
        elif key == "wbytes":
            written += int(value)
    return read, written


def _text(path: str) -> str:
    try:
        return files.read_bytes(path, 1 << 20).decode(errors="replace")
    except OSError:
        return ""
