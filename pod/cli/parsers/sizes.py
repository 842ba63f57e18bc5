"""Sizes as in `--shm-size 64m`: bytes, or b k m g t p, all binary (go-units, RAMInBytes)."""

from __future__ import annotations

from pod.cli.parsers import invalid

_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_RULE = "a size is a number with b, k, m, g, t or p behind it, such as 64m"


def parse_size(option: str, text: str) -> int:
    """Return a size in bytes. Raises UsageError."""
    end = len(text)
    while end and not (text[end - 1].isascii() and (text[end - 1].isdigit() or text[end - 1] == ".")):
        end -= 1
    unit = text[end:].strip(" ").lower()
    if unit not in ("b", "ib"):
        unit = unit.removesuffix("b").removesuffix("i") if unit[:1] in _POWERS else unit
    else:
        unit = ""
    number = text[:end]
    whole, _, fraction = number.partition(".")
    if unit not in _POWERS or not _digits(whole) or ((fraction or number.endswith(".")) and not _digits(fraction)):
        raise invalid(option, text, _RULE)
    return int(float(number) * 1024 ** _POWERS[unit]) if fraction else int(whole) * 1024 ** _POWERS[unit]


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
