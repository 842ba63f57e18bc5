"""What tests left behind: processes, mounts and namespaces that still know the tests' scratch folder.

A leftover is recognised by its traces, not by its user: the person who runs the tests has other programs too. A process
belongs to the tests when its command, environment, working directory, root, open files or mounts name the folder.
A network namespace lives as long as a process in it or a mount of it, so these two are enough to see it.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 5.0
"""Seconds that a command's last processes may take to go after the command itself has ended."""


@dataclass(frozen=True)
class Process:
    """A process that has to do with the tests, and how it was recognised."""

    pid: int
    start_time: int
    command: str
    trace: str

    def __str__(self) -> str:
        return f"process {self.pid} ({self.command[:120]}): {self.trace}"


def processes(folder: Path, expected: Collection[int] = ()) -> list[Process]:
    """Return the processes that name the folder, but for this one, its ancestors and the expected ones."""
    ours = {*_lineage(), *expected}
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) not in ours:
            process = _examine(int(entry), os.fsencode(folder))
            if process is not None:
                found.append(process)
    return found


def mounts(folder: Path, expected: Collection[int] = ()) -> list[str]:
    """Return the mounts below the folder that any process of this user sees, but for those of the expected ones."""
    found: dict[str, str] = {}
    seen = {os.readlink(f"/proc/{pid}/ns/mnt") for pid in expected}
    for entry in ["self", *filter(str.isdigit, os.listdir("/proc"))]:
        try:
            namespace = os.readlink(f"/proc/{entry}/ns/mnt")
            if namespace in seen:
                continue
            seen.add(namespace)
            lines = Path(f"/proc/{entry}/mountinfo").read_text(errors="replace").splitlines()
        except OSError:
            continue
        for line in lines:
            fields = line.split(" ")
            if f"{fields[4]}/".startswith(f"{folder}/"):
                kind = fields[fields.index("-") + 1]
                found.setdefault(fields[4], f"mount {fields[4]} ({kind}), in process {entry}")
    return list(found.values())


def leftovers(
    folder: Path, expected: Collection[int] = (), known: Collection[str] = (), patience: float = PATIENCE
) -> list[str]:
    """Return what is still there of the tests in the folder, after giving it time to go, but for what is known."""
    deadline = time.monotonic() + patience
    while True:
        seen = [str(process) for process in processes(folder, expected)] + mounts(folder, expected)
        found = [leftover for leftover in seen if leftover not in known]
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def _lineage() -> set[int]:
    """Return this process and its ancestors: the shell that started the tests may name the folder."""
    found, pid = set(), os.getpid()
    while pid > 0:
        found.add(pid)
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        except OSError:
            break
        pid = int(stat[stat.rindex(")") + 2 :].split()[1])
    return found


def _examine(pid: int, folder: bytes) -> Process | None:
    """Return the process when it names the folder; None for others', for zombies and for what has gone."""
    proc = f"/proc/{pid}"
    try:
        stat = Path(f"{proc}/stat").read_text(errors="replace")
        fields = stat[stat.rindex(")") + 2 :].split()
        command = Path(f"{proc}/cmdline").read_bytes()
        if fields[0] in "ZX" or not command:  # the kernel's own threads have no command
            return None
        trace = _trace(proc, command, folder)
    except (FileNotFoundError, ProcessLookupError):
        return None
    if not trace:
        return None
    words = command.rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace")
    return Process(pid, int(fields[19]), words, trace)


def _target(link: str) -> bytes:
    try:
        return os.readlink(os.fsencode(link))
    except OSError as err:
        if err.errno != errno.ENAMETOOLONG:  # of a folder deeper than a path can say: a test makes some
            raise
        return b""


def _trace(proc: str, command: bytes, folder: bytes) -> str:
    if folder in command:
        return "its command names the folder"
    try:
        if folder in Path(f"{proc}/environ").read_bytes():
            return "its environment names the folder"
        for link in ("cwd", "root"):
            if folder in os.readlink(os.fsencode(f"{proc}/{link}")):
                return f"its {link} is in the folder"
        if folder in Path(f"{proc}/mountinfo").read_bytes():
            return "its mounts are of the folder"
        for fd in os.listdir(f"{proc}/fd"):
            if folder in _target(f"{proc}/fd/{fd}"):
                return "it has a file of the folder open"
    except PermissionError:
        return ""
    return ""
