"""The columns of `top`, under the descriptors of podman-top(1) and their codes in ps(1).

Users and groups have the names that the container itself gives them; those that begin with `h` are what the host sees.
"""

from __future__ import annotations

import os
import time

from pod.cli import units
from pod.engine.processes import TICKS, Process
from pod.errors import UsageError
from pod.linux import files
from pod.runtime import capabilities

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.engine.top import Snapshot

DEFAULT = ("user", "pid", "ppid", "pcpu", "etime", "tty", "time", "args")
_SECOND = 1_000_000_000


def is_descriptor(word: str) -> bool:
    """True for what names columns of ours: `pid`, `pid,user`, `%C`."""
    return all(part in _COLUMNS or part in _CODES for part in word.split(","))


def column(word: str) -> tuple[str, Callable[[Process, Snapshot], str]]:
    """Return the title and the text of a column. Raises UsageError."""
    try:
        return _COLUMNS[_CODES.get(word, word)]
    except KeyError:
        raise UsageError(f"unknown descriptor {word!r}", hint=f"there are {', '.join(sorted(_COLUMNS))}") from None


def _outside(mapping: tuple[tuple[int, int, int], ...], number: int) -> str:
    """Return an id of the user's namespace as the host sees it."""
    for inside, outside, count in mapping:
        if inside <= number < inside + count:
            return str(number - inside + outside)
    return str(number)


def _user(field: int) -> Callable[[Process, Snapshot], str]:
    def text(process: Process, view: Snapshot) -> str:
        number = process.id("Uid", field)
        return view.users.get(number, str(number))

    return text


def _group(field: int) -> Callable[[Process, Snapshot], str]:
    def text(process: Process, view: Snapshot) -> str:
        number = process.id("Gid", field)
        return view.groups.get(number, str(number))

    return text


def _groups(process: Process, view: Snapshot) -> str:
    return ",".join(view.groups.get(number, str(number)) for number in _supplementary(process))


def _host_groups(process: Process, view: Snapshot) -> str:
    return ",".join(_outside(view.gid_map, number) for number in _supplementary(process))


def _supplementary(process: Process) -> list[int]:
    return [int(word) for word in process.status.get("Groups", "").split()]


def _capabilities(field: str) -> Callable[[Process, Snapshot], str]:
    def text(process: Process, _view: Snapshot) -> str:
        bits = int(process.status.get(field, "0"), 16)
        if bits and bits == int(_full_set(), 16):
            return "full"
        return ",".join(sorted(name.removeprefix("CAP_") for name in capabilities.names(bits))) or "none"

    return text


def _full_set() -> str:
    last = int(files.read_bytes("/proc/sys/kernel/cap_last_cap", 64))
    return f"{(1 << last + 1) - 1:x}"


def _elapsed(process: Process, view: Snapshot) -> int:
    return max(0, view.now - process.started * _SECOND // TICKS)


def _etime(process: Process, view: Snapshot) -> str:
    return units.go_duration(_elapsed(process, view))


def _cpu(process: Process, view: Snapshot) -> str:
    return f"{100 * process.own_ticks * _SECOND / TICKS / max(1, _elapsed(process, view)):.3f}"


def _time(process: Process, _view: Snapshot) -> str:
    return units.go_duration(process.own_ticks // TICKS * _SECOND)


def _stime(process: Process, view: Snapshot) -> str:
    return units.local_time(time.time_ns() - _elapsed(process, view))


def _tty(process: Process, _view: Snapshot) -> str:
    major, minor = os.major(process.tty), os.minor(process.tty)
    if 136 <= major <= 143:  # Unix98 pseudo-terminals (devices.txt of the kernel)
        return f"pts/{(major - 136) * 256 + minor}"
    return f"tty{minor}" if major == 4 else "?"


def _ppid(process: Process, view: Snapshot) -> str:
    return str(next((other.inside() for other in view.processes if other.pid == process.parent), 0))


def _label(process: Process, _view: Snapshot) -> str:
    try:
        return files.read_bytes(f"/proc/{process.pid}/attr/current", 4096).decode(errors="replace").strip("\0\n") or "?"
    except OSError:
        return "?"  # no security module that labels


_SECCOMP = {"0": "disabled", "1": "strict", "2": "filter"}

_COLUMNS: dict[str, tuple[str, Callable[[Process, Snapshot], str]]] = {
    "args": ("COMMAND", lambda process, _: process.args),
    "capamb": ("AMBIENT CAPS", _capabilities("CapAmb")),
    "capbnd": ("BOUNDING CAPS", _capabilities("CapBnd")),
    "capeff": ("EFFECTIVE CAPS", _capabilities("CapEff")),
    "capinh": ("INHERITED CAPS", _capabilities("CapInh")),
    "capprm": ("PERMITTED CAPS", _capabilities("CapPrm")),
    "comm": ("COMMAND", lambda process, _: process.name),
    "etime": ("ELAPSED", _etime),
    "group": ("GROUP", _group(1)),
    "groups": ("GROUPS", _groups),
    "hgroup": ("HGROUP", lambda process, view: _outside(view.gid_map, process.id("Gid", 1))),
    "hgroups": ("HGROUPS", _host_groups),
    "hpid": ("HPID", lambda process, _: str(process.pid)),
    "huser": ("HUSER", lambda process, view: _outside(view.uid_map, process.id("Uid", 1))),
    "label": ("LABEL", _label),
    "nice": ("NI", lambda process, _: str(process.nice)),
    "pcpu": ("%CPU", _cpu),
    "pgid": ("PGID", lambda process, _: str(process.inside("NSpgid"))),
    "pid": ("PID", lambda process, _: str(process.inside())),
    "ppid": ("PPID", _ppid),
    "rgroup": ("RGROUP", _group(0)),
    "rss": ("RSS", lambda process, _: str(process.resident >> 10)),
    "ruser": ("RUSER", _user(0)),
    "seccomp": ("SECCOMP", lambda process, _: _SECCOMP.get(process.status.get("Seccomp", ""), "?")),
    "state": ("STATE", lambda process, _: process.state),
    "stime": ("STIME", _stime),
    "time": ("TIME", _time),
    "tty": ("TTY", _tty),
    "user": ("USER", _user(1)),
    "vsz": ("VSZ", lambda process, _: str(process.virtual >> 10)),
}
_CODES = {  # of ps(1), "AIX FORMAT DESCRIPTORS"; and words of ours for Podman's
    "%C": "pcpu",
    "%G": "group",
    "%P": "ppid",
    "%U": "user",
    "%a": "args",
    "%c": "comm",
    "%g": "rgroup",
    "%n": "nice",
    "%p": "pid",
    "%r": "pgid",
    "%t": "etime",
    "%u": "ruser",
    "%x": "time",
    "%y": "tty",
    "%z": "vsz",
    "elapsed": "etime",
}
