"""Go's strings, characters and numbers as they are written in a template: https://go.dev/ref/spec#Lexical_elements."""

from __future__ import annotations

from pod.cli.template.source import Complaint
from pod.cli.template.values import text_of_bytes

_SIMPLE_ESCAPES = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92}
_ESCAPE_DIGITS = {"x": 2, "u": 4, "U": 8}
_LARGEST_INT = 1 << 63


def string(literal: str) -> str:
    """Return what a "quoted" string stands for."""
    body = literal[1:-1]
    if "\\" not in body:
        return body
    octets = bytearray()
    position = 0
    while position < len(body):
        if body[position] == "\\":
            value, is_byte, position = _escape(body, position, '"')
            octets += bytes((value,)) if is_byte else chr(value).encode()
        else:
            octets += body[position].encode("utf-8", "surrogateescape")
            position += 1
    return text_of_bytes(bytes(octets))


def raw_string(literal: str) -> str:
    """Return what a `raw` string stands for; Go drops carriage returns from it only in source files."""
    return literal[1:-1]


def character(literal: str) -> int:
    """Return the code point of a 'c'."""
    body = literal[1:-1]
    if body[:1] == "\\":
        value, _, end = _escape(body, 0, "'")
        if end == len(body):
            return value
    elif len(body) == 1:
        return ord(body)
    raise Complaint(f"{literal} is not one character", f'text stands in double quotes: "{body}"')


def number(literal: str) -> int | float:
    """Return the value of an integer or a decimal fraction."""
    digits = literal.lower()
    try:
        is_hexadecimal = digits.lstrip("+-").startswith("0x")
        if is_hexadecimal and "p" in digits:
            _check_underscores(digits)
            return float.fromhex(digits.replace("_", ""))
        if not is_hexadecimal and ("." in digits or "e" in digits):
            if "_" in digits:
                raise ValueError
            value = float(digits)
            if value in (float("inf"), float("-inf")):
                raise Complaint(f"{literal} is too large")
            return value
        whole = _integer(digits)
    except (ValueError, OverflowError):
        raise Complaint(f"bad number {literal}") from None
    if not -_LARGEST_INT <= whole < _LARGEST_INT:
        raise Complaint(f"{literal} does not fit in 64 bits")
    return whole


def _integer(digits: str) -> int:
    unsigned = digits.lstrip("+-")
    if unsigned and not unsigned.strip("0_"):
        _check_underscores(digits)
        return 0
    if (unsigned[:1] == "0" and unsigned[1:2].isdigit()) or unsigned.startswith("0_"):
        return int(digits.replace("0", "0o0", 1), 8)  # 017 is octal in Go
    return int(digits, 0)


def _check_underscores(digits: str) -> None:
    if "__" in digits or digits.endswith("_") or digits.startswith("_"):
        raise ValueError


def _escape(body: str, position: int, quote: str) -> tuple[int, bool, int]:
    """Return the value of a backslash sequence, whether it is a byte rather than a code point, and where it ends."""
    kind = body[position + 1 : position + 2]
    if kind in _SIMPLE_ESCAPES:
        return _SIMPLE_ESCAPES[kind], False, position + 2
    if kind == quote:
        return ord(quote), False, position + 2
    try:
        if kind and kind in "01234567":
            digits, base, end = body[position + 1 : position + 4], 8, position + 4
        else:
            end = position + 2 + _ESCAPE_DIGITS[kind]
            digits, base = body[position + 2 : end], 16
        if len(digits) != end - position - (1 if base == 8 else 2) or not digits.isalnum():
            raise ValueError
        value = int(digits, base)
        is_byte = base == 8 or kind == "x"
        if (is_byte and value > 255) or value > 0x10FFFF or 0xD800 <= value < 0xE000:
            raise ValueError
    except (ValueError, KeyError):
        hint = r"known are \a \b \f \n \r \t \v \\ \" \x41 \101 \u0041 \U00000041; `\` in backquotes is itself"
        raise Complaint(f"unknown escape {body[position : position + 4]}", hint) from None
    return value, is_byte, end
