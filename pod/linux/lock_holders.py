"""Who holds a lock, as /proc tells it: for messages to those who wait."""

from __future__ import annotations

import os


def holder(path: str) -> str:
    """Return who holds a lock file, `"pod pull debian" (process 123)`; "another process" where that cannot be told.

    /proc/locks (proc_locks(5)) names the process that took the lock: it may have left it to a child, and be gone.
    """
    try:
        inode = f":{os.stat(path).st_ino}"
        with open("/proc/locks", encoding="ascii") as table:
            locks = [line.split() for line in table]
    except OSError:
        return "another process"
    pids = [words[4] for words in locks if words[1] == "FLOCK" and words[5].endswith(inode)]
    if not pids or int(pids[0]) <= 0:  # of another pid namespace
        return "another process"
    try:
        with open(f"/proc/{pids[0]}/cmdline", "rb") as file:
            command = _without_interpreter(os.fsdecode(file.read(200)).rstrip("\0").split("\0"))
    except OSError:
        command = ""
    return f'"{command}" (process {pids[0]})' if command else f"process {pids[0]}"


def _without_interpreter(words: list[str]) -> str:
    """Return a command line as its user typed it."""
    if os.path.basename(words[0]).startswith("python"):
        words = words[1:]
        while words and words[0].startswith("-"):
            words = words[1:]
    text = " ".join([os.path.basename(words[0]), *words[1:]]) if words else ""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
