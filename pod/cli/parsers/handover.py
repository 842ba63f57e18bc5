"""`--preserve-fds`, `--preserve-fd`, and what a service manager hands on: LISTEN_FDS and NOTIFY_SOCKET."""

from __future__ import annotations

import fcntl
import os

from pod.cli.parsers import invalid, split_commas
from pod.engine.handover import NOTHING, Handover
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FIRST = 3
_MOST = 500


def parse_handover(environ: Mapping[str, str], preserve_fds: int = 0, preserve_fd: Sequence[str] = ()) -> Handover:
    """Return what the container is to get of us. Raises UsageError for a descriptor that is not open."""
    socket, listen = environ.get("NOTIFY_SOCKET", ""), environ.get("LISTEN_FDS", "")
    if not (preserve_fds or preserve_fd or socket or listen):
        return NOTHING
    sockets = (
        int(listen) if listen.isdecimal() and environ.get("LISTEN_PID", str(os.getpid())) == str(os.getpid()) else 0
    )
    env: tuple[str, ...] = ()
    if sockets:
        names = environ.get("LISTEN_FDNAMES")
        env = (f"LISTEN_FDS={sockets}", "LISTEN_PID=1", *((f"LISTEN_FDNAMES={names}",) if names else ()))
    return Handover((*_sockets(sockets), *parse_preserved(preserve_fds, preserve_fd, sockets)), env, socket)


def _sockets(count: int) -> tuple[int, ...]:
    return tuple(range(_FIRST, _FIRST + count))


def parse_preserved(preserve_fds: int, preserve_fd: Sequence[str], sockets: int = 0) -> tuple[int, ...]:
    """Return the numbers of the descriptors to be kept: so many from 3 on, behind the sockets, or those named."""
    if preserve_fds and preserve_fd:
        raise UsageError("--preserve-fds and --preserve-fd exclude each other")
    if not 0 <= preserve_fds <= _MOST:
        raise invalid("--preserve-fds", str(preserve_fds), f"it is a number of descriptors up to {_MOST}")
    if preserve_fds:
        wanted = range(_FIRST + sockets, _FIRST + sockets + preserve_fds)
        for number in wanted:
            _check_open("--preserve-fds", str(preserve_fds), number)
        return tuple(wanted)
    return tuple(dict.fromkeys(_number(text) for text in split_commas(preserve_fd)))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and _FIRST <= int(text) <= _MOST):
        raise invalid("--preserve-fd", text, f"it is the number of an open descriptor, from {_FIRST} to {_MOST}")
    _check_open("--preserve-fd", text, int(text))
    return int(text)


def _check_open(option: str, value: str, number: int) -> None:
    try:
        ours = fcntl.fcntl(number, fcntl.F_GETFD) & fcntl.FD_CLOEXEC  # what pod itself opens is close-on-exec
    except OSError:
        ours = 1
    if ours:
        raise invalid(option, value, f"descriptor {number} is not open")
