"""Sizes and times as people read them, in the words of Docker and Podman (go-units).

Reading such values is the business of pod/cli/parsers: sizes and durations.
"""

from __future__ import annotations

import time

_DECIMAL_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")
_BINARY_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB")

_SECOND = 1_000_000_000
_HOUR = 3600 * _SECOND


def decimal_size(size: float, *, digits: int = 3, separator: str = "") -> str:
    """Return a size as Docker shows it, `77.8MB`; with a space as separator, as Podman does."""
    return _size(size, 1000, _DECIMAL_UNITS, digits, separator)


def binary_size(size: float, *, digits: int = 4, separator: str = "") -> str:
    """Return an amount of memory, `1.5GiB`."""
    return _size(size, 1024, _BINARY_UNITS, digits, separator)


def _size(size: float, base: int, units: tuple[str, ...], digits: int, separator: str) -> str:
    power = 0
    while size >= base and power < len(units) - 1:
        size /= base
        power += 1
    number = f"{size:.{digits}g}"
    if "e" in number:  # 999.9kB: go-units prints `1e+03kB`, which nobody can want
        rounded = float(number)
        if rounded >= base and power < len(units) - 1:
            number, power = f"{rounded / base:.{digits}g}", power + 1
        else:
            number = f"{rounded:.0f}"
    return f"{number}{separator}{units[power]}"


def human_duration(nanoseconds: int) -> str:
    """Return about how long a duration is: `5 minutes`, `About an hour`, `2 weeks`."""
    seconds = nanoseconds // _SECOND
    if seconds < 1:
        return "Less than a second"
    if seconds < 60:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    minutes = seconds // 60
    if minutes < 60:
        return "About a minute" if minutes == 1 else f"{minutes} minutes"
    hours = (nanoseconds + _HOUR // 2) // _HOUR
    if hours == 1:
        return "About an hour"
    if hours < 24 * 2:
        return f"{hours} hours"
    if hours < 24 * 7 * 2:
        return f"{hours // 24} days"
    if hours < 24 * 30 * 2:
        return f"{hours // 24 // 7} weeks"
    if hours < 24 * 365 * 2:
        return f"{hours // 24 // 30} months"
    return f"{nanoseconds // _HOUR // 24 // 365} years"


def ago(then: int, now: int | None = None) -> str:
    """Return how long a moment lies back, `2 hours ago`; moments are nanoseconds since 1970."""
    return human_duration((time.time_ns() if now is None else now) - then) + " ago"


def local_time(moment: int) -> str:
    """Return a moment (nanoseconds since 1970) as Go prints times, `2026-11-21 10:44:00 +0100 CET`, to the second."""
    return time.strftime("%Y-%m-%d %H:%M:%S %z %Z", time.localtime(moment // _SECOND))


def go_duration(nanoseconds: int) -> str:
    """Return a duration exactly, as Go prints it: `1h30m0s`, `1.5s`, `250ms`."""
    rest = abs(nanoseconds)
    sign = "-" if nanoseconds < 0 else ""
    if rest < _SECOND:
        for unit, size in (("ms", 1_000_000), ("µs", 1_000), ("ns", 1)):
            if rest >= size:
                return f"{sign}{_decimal(rest, size)}{unit}"
        return "0s"
    hours, rest = divmod(rest, _HOUR)
    minutes, rest = divmod(rest, 60 * _SECOND)
    text = f"{_decimal(rest, _SECOND)}s"
    if hours or minutes:
        text = f"{minutes}m{text}"
    return f"{sign}{hours}h{text}" if hours else sign + text


def _decimal(amount: int, unit: int) -> str:
    """Return amount / unit exactly; the unit is a power of ten."""
    whole, rest = divmod(amount, unit)
    fraction = f"{rest:0{len(str(unit)) - 1}}".rstrip("0") if rest else ""
    return f"{whole}.{fraction}" if fraction else str(whole)
