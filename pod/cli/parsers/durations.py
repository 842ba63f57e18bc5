"""Durations as Go writes them, `1h30m` or `1.5s` (https://pkg.go.dev/time#ParseDuration), and points in time."""

from __future__ import annotations

import time

from pod.cli.parsers import invalid
from pod.linux import times

_UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_DURATION_RULE = "a duration is written 90s, 1m30s or 1.5h"
_TIME_RULE = "a time is 2006-01-02T15:04:05Z, 2006-01-02, seconds since 1970, or a duration before now such as 10m"


def parse_duration(option: str, text: str, *, bare: str = "") -> int:
    """Return a duration in nanoseconds; a number alone has the unit `bare`, if one is given. Raises UsageError."""
    try:
        return _duration(text + bare if bare and text[-1:].isdigit() else text)
    except ValueError:
        raise invalid(option, text, _DURATION_RULE) from None


def _duration(text: str) -> int:
    sign = -1 if text[:1] == "-" else 1
    rest = text.lstrip("+-") if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0
    if not rest or rest[:1] in "+-":
        raise ValueError(text)
    total = 0
    while rest:
        number = _leading(rest, "0123456789.")
        unit = _leading(rest[len(number) :], "nuµμsmh")
        while unit and unit not in _UNITS:  # `1mh`: the longest unit that there is
            unit = unit[:-1]
        if not unit or number.count(".") > 1 or number in ("", "."):
            raise ValueError(text)
        whole, _, fraction = number.partition(".")
        total += int(whole or "0") * _UNITS[unit]
        total += int((fraction or "0")[:18]) * _UNITS[unit] // 10 ** len((fraction or "0")[:18])
        rest = rest[len(number) + len(unit) :]
    return sign * total


def _leading(text: str, allowed: str) -> str:
    end = 0
    while end < len(text) and text[end] in allowed:
        end += 1
    return text[:end]


def parse_time(option: str, text: str) -> int:
    """Return the nanoseconds since 1970 of a time or of a duration before now, as for `logs --since`."""
    number, _, fraction = text.partition(".")
    if number.removeprefix("-").isdecimal() and (not fraction or fraction.isdecimal()):
        return int(number) * 1_000_000_000 + int(fraction[:9].ljust(9, "0"))
    try:
        return time.time_ns() - _duration(text)
    except ValueError:
        pass
    try:
        return times.to_ns(_completed(text))
    except (ValueError, OverflowError):
        raise invalid(option, text, _TIME_RULE) from None


def _completed(text: str) -> str:
    """Return a time with the parts filled in that may be left out: the clock, the seconds, the zone (local)."""
    date, separator, clock = text.replace(" ", "T", 1).partition("T")
    if not separator and date.endswith("Z"):
        return f"{date[:-1]}T00:00:00Z"
    zone = ""
    for mark in ("Z", "z", "+", "-"):
        if mark in clock:
            at = clock.index(mark)
            clock, zone = clock[:at], clock[at:]
            break
    clock += "00:00:00"[len(clock) :] if len(clock) in (0, 2, 5) else ""
    return f"{date}T{clock}{zone or _local_zone(date, clock)}"


def _local_zone(date: str, clock: str) -> str:
    seconds = times.to_ns(f"{date}T{clock}Z") // 1_000_000_000
    t = time.gmtime(seconds)
    offset = time.localtime(time.mktime((*t[:6], 0, 0, -1))).tm_gmtoff
    sign = "-" if offset < 0 else "+"
    return f"{sign}{abs(offset) // 3600:02}:{abs(offset) % 3600 // 60:02}"
