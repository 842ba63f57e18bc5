"""`--tz`: the time zone of a container, from the host's database, so that an image needs none (tzfile(5))."""

from __future__ import annotations

import os

from pod.errors import UsageError
from pod.linux import files

DATABASE = "/usr/share/zoneinfo"
LOCAL = "/etc/localtime"
_LIMIT = 1 << 20  # bytes; a time zone has some thousand


def check(name: str) -> None:
    """Raise UsageError for a time zone that the host does not know."""
    data(name)


def data(name: str) -> bytes:
    """Return the file of a time zone such as Europe/Berlin, or of the host's own: "local". Raises UsageError."""
    path = LOCAL if name == "local" else f"{DATABASE}/{name}"
    try:
        found = b"" if ".." in name.split("/") else files.read_bytes(path, _LIMIT)
    except OSError:
        found = b""
    if not found.startswith(b"TZif"):
        known = "" if os.path.isdir(DATABASE) else "; this machine has no time zone database (package tzdata)"
        raise UsageError(
            f"unknown time zone {name!r:.80}{known}", hint="it is one such as Europe/Berlin, or local for the host's"
        )
    return found
