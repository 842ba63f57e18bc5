"""Time as pod writes it: RFC 3339 in UTC with nanoseconds (https://www.rfc-editor.org/rfc/rfc3339)."""

from __future__ import annotations

import time

ZERO = "0001-01-01T00:00:00Z"  # what Docker and Podman print for "never"


def now() -> str:
    """Return the present moment, such as 2026-11-21T09:44:00.123456789Z."""
    return from_ns(time.time_ns())


def from_ns(nanoseconds: int) -> str:
    """Return nanoseconds since the epoch as RFC 3339 text in UTC."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    t = time.gmtime(seconds)
    return f"{t[0]:04}-{t[1]:02}-{t[2]:02}T{t[3]:02}:{t[4]:02}:{t[5]:02}.{rest:09}Z"


def to_ns(text: str) -> int:
    """Return RFC 3339 text (any offset, up to nine decimals) as nanoseconds since the epoch. Raises ValueError."""
    try:
        year, month, day = int(text[0:4]), int(text[5:7]), int(text[8:10])
        hour, minute, second = int(text[11:13]), int(text[14:16]), int(text[17:19])
        if hour > 23 or minute > 59 or second > 60:
            raise ValueError
        position = 19
        fraction = 0
        if text[position : position + 1] == ".":
            end = position + 1
            while end < len(text) and text[end].isdigit():
                end += 1
            fraction = int(text[position + 1 : end][:9].ljust(9, "0"))
            position = end
        offset = _offset(text[position:])
    except (ValueError, IndexError):
        raise ValueError(f"not an RFC 3339 time: {text!r:.60}") from None
    days = _days_from_civil(year, month, day)
    return ((days * 24 + hour) * 3600 + minute * 60 + second - offset) * 1_000_000_000 + fraction


def _offset(text: str) -> int:
    """Return the seconds east of Greenwich that `Z` or `+hh:mm` stands for."""
    if text in ("Z", "z"):
        return 0
    if text[0] not in "+-" or len(text) != 6 or text[3] != ":":
        raise ValueError(text)
    seconds = int(text[1:3]) * 3600 + int(text[4:6]) * 60
    return -seconds if text[0] == "-" else seconds


def _days_from_civil(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the Gregorian calendar, counting years from March so that leap days come last."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        raise ValueError(f"{year}-{month}-{day}")
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719468
