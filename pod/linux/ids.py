"""Identifiers: 64 hexadecimal characters, from the kernel's random numbers."""

from __future__ import annotations

import os

_HEX = frozenset("0123456789abcdef")


def new_id() -> str:
    """Return a new identifier of 64 hexadecimal characters that is not all digits in its short form.

    A short form of digits alone would read as a number (a host name or a pid) where it is used as a name.
    """
    while (identifier := os.urandom(32).hex())[:12].isdigit():
        pass
    return identifier


def is_id(text: str) -> bool:
    """True for a whole identifier or digest value: 64 hexadecimal characters."""
    return len(text) == 64 and _HEX.issuperset(text)


def is_id_prefix(text: str) -> bool:
    """True for what may be the beginning of an identifier."""
    return 0 < len(text) <= 64 and _HEX.issuperset(text)
