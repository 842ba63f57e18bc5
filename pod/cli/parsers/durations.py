"""Durations in options, and points in time as `logs --since` takes them."""

from __future__ import annotations

import time

from pod.cli.parsers import invalid
from pod.errors import UsageError
from pod.linux import times
from pod.oci import durations

_DURATION_RULE = "a duration is written 90s, 1m30s or 1.5h"
_TIME_RULE = "a time is 2006-01-02T15:04:05Z, 2006-01-02, seconds since 1970, or a duration before now such as 10m"


def parse_duration(option: str, text: str, *, bare: str = "") -> int:
    """Return a duration in nanoseconds; a number alone has the unit `bare`, if one is given. Raises UsageError."""
    try:
        return durations.parse_duration(text + bare if bare and text[-1:].isdigit() else text)
    except UsageError:
        raise invalid(option, text, _DURATION_RULE) from None


def parse_time(option: str, text: str) -> int:
    """Return the nanoseconds since 1970 of a time, or of a duration before now."""
    number, _, fraction = text.partition(".")
    if number.removeprefix("-").isdecimal() and (not fraction or fraction.isdecimal()):
        return int(number) * 1_000_000_000 + int(fraction[:9].ljust(9, "0"))
    try:
        return time.time_ns() - durations.parse_duration(text)
    except UsageError:
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
    """Return the offset of this machine's zone at a local time, such as +02:00."""
    t = time.gmtime(times.to_ns(f"{date}T{clock}Z") // 1_000_000_000)
    offset = time.localtime(time.mktime((*t[:6], 0, 0, -1))).tm_gmtoff
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 3600:02}:{abs(offset) % 3600 // 60:02}"
