"""Signals by name and by number, without `import signal` (4 ms)."""

from __future__ import annotations

import _signal

from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

SIGKILL = 9
SIGTERM = 15
_ENDING = (_signal.SIGINT, _signal.SIGTERM)

_REAL_TIME_FIRST = 34  # what glibc leaves of the kernel's 32…64
_REAL_TIME_LAST = 64


def names() -> dict[str, int]:
    """Return every signal's number by its name with SIG."""
    table = {
        name: int(getattr(_signal, name))
        for name in dir(_signal)
        if name.startswith("SIG") and not name.startswith("SIG_") and isinstance(getattr(_signal, name), int)
    }
    table.pop("SIGRTMIN", None)
    table.pop("SIGRTMAX", None)
    return table


def number(text: str) -> int:
    """Return the number of `SIGTERM`, `term`, `15`, `RTMIN+3` or `SIGRTMAX-1`. Raises UsageError that names it."""
    if text.isdecimal() and 1 <= int(text) <= _REAL_TIME_LAST:
        return int(text)
    name = text.upper() if text.upper().startswith("SIG") else f"SIG{text.upper()}"
    known = names()
    if name in known:
        return known[name]
    for base, start in (("SIGRTMIN", _REAL_TIME_FIRST), ("SIGRTMAX", _REAL_TIME_LAST)):
        offset = name.removeprefix(base)
        if name.startswith(base) and (not offset or (offset[0] in "+-" and offset[1:].isdecimal())):
            value = start + int(offset or "0")
            if _REAL_TIME_FIRST <= value <= _REAL_TIME_LAST:
                return value
    raise UsageError(
        f"unknown signal {text!r:.40}", hint="signals are written SIGTERM, TERM or 15; `kill -l` lists them"
    )


def name(value: int) -> str:
    """Return the name of a signal's number, such as SIGTERM."""
    for text, known in names().items():
        if known == value:
            return text
    return f"SIGRTMIN+{value - _REAL_TIME_FIRST}" if _REAL_TIME_FIRST <= value <= _REAL_TIME_LAST else str(value)


class Held:
    """`with Held():` has SIGINT and SIGTERM wait until the block is left: what it begins is known to who will end it.

    A handler's exception is raised as the block is left.
    """

    def __enter__(self) -> None:
        self._before = _signal.pthread_sigmask(_signal.SIG_BLOCK, ())
        try:
            _signal.pthread_sigmask(_signal.SIG_BLOCK, _ENDING)
        except BaseException:  # the handler of one that came before
            _signal.pthread_sigmask(_signal.SIG_SETMASK, self._before)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, self._before)


def let_in() -> None:
    """Have them come: for a child that was forked in such a block."""
    _signal.pthread_sigmask(_signal.SIG_UNBLOCK, _ENDING)
