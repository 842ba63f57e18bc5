"""Signals by name or number: `KILL`, `SIGKILL`, `9`, `RTMIN+3` (signal(7))."""

from __future__ import annotations

import _signal

from pod.cli.parsers import invalid

_RULE = "no such signal; write a name such as TERM or a number from 1 to 64"


def parse_signal(option: str, text: str) -> int:
    """Return the number of a signal. Raises UsageError that names the signal."""
    if text.isascii() and text.isdigit():
        number = int(text)
        if 0 < number < _signal.NSIG:
            return number
        raise invalid(option, text, _RULE)
    name = text.upper()
    name = name if name.startswith("SIG") else f"SIG{name}"
    for edge, sign, base in (("SIGRTMIN", "+", _signal.SIGRTMIN), ("SIGRTMAX", "-", _signal.SIGRTMAX)):
        offset = name.removeprefix(edge)
        if offset != name and (offset == "" or (offset[0] == sign and offset[1:].isdigit())):
            number = int(base) + int(offset or 0)
            if _signal.SIGRTMIN <= number <= _signal.SIGRTMAX:
                return number
    number = getattr(_signal, name, None)
    if isinstance(number, int) and number > 0 and "_" not in name:
        return int(number)
    raise invalid(option, text, _RULE)


def signal_name(number: int) -> str:
    """Return SIGTERM for 15; a signal without a name of its own is SIGRTMIN+n, or its number."""
    for name in dir(_signal):
        if name.startswith("SIG") and "_" not in name and name not in _SYNONYMS and getattr(_signal, name) == number:
            return name
    if _signal.SIGRTMIN <= number <= _signal.SIGRTMAX:
        return f"SIGRTMIN+{number - _signal.SIGRTMIN}"
    return str(number)


_SYNONYMS = {"SIGCLD", "SIGPOLL", "SIGIOT"}
