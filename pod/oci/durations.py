"""Durations as Go writes them: 1h30m, 500ms, 1.5s. https://pkg.go.dev/time#ParseDuration"""

from __future__ import annotations

from pod.errors import UsageError

_UNITS = (
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
)
_DIGITS = frozenset("0123456789.")


def parse_duration(text: str) -> int:
    """Return a duration in nanoseconds. Raises UsageError that quotes it."""
    rest = text.strip().removeprefix("+")
    negative = rest.startswith("-")
    rest = rest.removeprefix("-")
    if rest == "0":
        return 0
    total = 0
    while rest:
        length = next((n for n, c in enumerate(rest) if c not in _DIGITS), len(rest))
        number, rest = rest[:length], rest[length:]
        length = next((n for n, c in enumerate(rest) if c in _DIGITS), len(rest))
        unit, rest = rest[:length], rest[length:]
        factor = dict(_UNITS).get(unit)
        whole, _, fraction = number.partition(".")
        if factor is None or not (whole + fraction).isdecimal() or not number.count(".") < 2:
            raise _bad(text)
        decimals = fraction[:18]
        total += int(whole or "0") * factor + int(decimals or "0") * factor // 10 ** len(decimals)
    if not text.strip("+- \t"):
        raise _bad(text)
    return -total if negative else total


def _bad(text: str) -> UsageError:
    return UsageError(f"invalid duration {text!r:.60}", hint="a duration is written 30s, 1m30s, 2h or 500ms")
