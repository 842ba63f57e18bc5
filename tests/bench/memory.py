"""Memory that a container keeps: the proportional set size (PSS) of every process that is there because of it."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from tests.support import users


def processes() -> dict[int, str]:
    """Return the living processes of this user and its subordinate ids: pid to the command line."""
    found = {}
    ids = users.own_ids()
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            command = Path(f"/proc/{entry}/cmdline").read_bytes()
            uids = next(line for line in Path(f"/proc/{entry}/status").read_text().splitlines() if line[:4] == "Uid:")
        except (OSError, StopIteration):
            continue
        if command and any(
            int(uids.split()[1]) in span for span in ids
        ):  # zombies and the kernel's own threads have none
            found[int(entry)] = command.rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace")
    return found


def new_since(before: Collection[int]) -> dict[int, str]:
    """Return the processes that were not there before, without this one's own."""
    return {pid: command for pid, command in processes().items() if pid not in before and pid != os.getpid()}


def proportional_set_size(pid: int) -> int:
    """Return the PSS of a process in bytes (proc_pid_smaps(5)): its own pages and its share of the shared ones."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
