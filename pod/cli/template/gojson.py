"""JSON as Go's encoding/json writes it: maps sorted by key, structs in their order, short floats, U+2028 escaped."""

from __future__ import annotations

from pod.cli.template.source import Complaint
from pod.cli.template.values import MISSING, Fields, Row, is_map, is_struct, sorted_items, struct_items
from pod.errors import TemplateError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    encode_string: Callable[[str], str]
else:
    from _json import encode_basestring as encode_string  # what `json` uses; importing that costs 7 ms

_ALWAYS_ESCAPED = {0x2028: "\\u2028", 0x2029: "\\u2029"}
_HTML_ESCAPED = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}

_SCALARS: dict[type, Callable[[Any], str]] = {
    str: encode_string,
    bool: {False: "false", True: "true"}.__getitem__,
    int: int.__repr__,
    type(None): {None: "null"}.__getitem__,
}


def dumps(value: Any, *, indent: str = "", escape_html: bool = False) -> str:
    """Return a value as JSON: compact, or a key or element a line if there is an indent. Raises TemplateError.

    Docker's and Podman's `json` leave <, > and & as they are; a Row escapes them, as Docker's rows do.
    """
    try:
        return encode(value, indent, escape_html)
    except Complaint as complaint:
        raise TemplateError(f"cannot write JSON: {complaint.problem}", hint=complaint.hint) from complaint.__cause__
    except RecursionError:
        raise TemplateError("cannot write JSON: the data contains itself") from None


def encode(value: Any, indent: str = "", escape_html: bool = False) -> str:
    """Return a value as JSON. Raises Complaint, so that a template can say where it asked for it."""
    text = _Writer(indent).value(value, "\n")
    return _for_go(_for_html(text) if escape_html else text)


class _Writer:
    """Writes values as they are; what Go escapes besides stands in strings alone, and is replaced in the whole text."""

    def __init__(self, indent: str) -> None:
        self.indent = indent
        self.colon = ": " if indent else ":"

    def value(self, value: Any, newline: str) -> str:
        """Return one value; `newline` is the line break and indentation of the line on which it starts."""
        kind = type(value)  # what documents are made of comes first, without the questions of `_other`
        if kind in _SCALARS:
            return _SCALARS[kind](value)
        if kind is Fields:
            return self.members(_plain_items(value), newline)
        if kind is dict:
            return self.members(sorted_items(value), newline) if value else "{}"
        if kind is list:
            return self.elements(value, newline) if value else "[]"
        return self._other(value, newline)

    def _other(self, value: Any, newline: str) -> str:
        if isinstance(value, str):
            return encode_string(value)
        if value is None or value is MISSING or callable(value):
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return str(int(value))
        if isinstance(value, float):
            return _number(value)
        if isinstance(value, (list, tuple)):
            return self.elements(value, newline)
        if isinstance(value, Row):
            return _for_html(self.members(sorted(struct_items(value)), newline))
        if is_struct(value):
            return self.members(struct_items(value), newline)
        if is_map(value):
            return self.members(sorted_items(value), newline)
        return encode_string(str(value))

    def elements(self, values: Sequence[Any], newline: str) -> str:
        inner = newline + self.indent
        texts = [
            scalar(value) if (scalar := _SCALARS.get(type(value))) else self.value(value, inner) for value in values
        ]
        return self.lines("[", texts, "]", newline)

    def members(self, items: Iterable[tuple[Any, Any]], newline: str) -> str:
        inner = newline + self.indent
        colon = self.colon
        texts = [
            f"{encode_string(str(key))}{colon}"
            f"{scalar(value) if (scalar := _SCALARS.get(type(value))) else self.value(value, inner)}"
            for key, value in items
        ]
        return self.lines("{", texts, "}", newline)

    def lines(self, opening: str, items: Iterable[str], closing: str, newline: str) -> str:
        if not self.indent:
            return opening + ",".join(items) + closing
        inner = newline + self.indent
        body = ("," + inner).join(items)
        return f"{opening}{inner}{body}{newline}{closing}" if body else opening + closing


def _for_html(text: str) -> str:
    return text.translate(_HTML_ESCAPED) if "<" in text or ">" in text or "&" in text else text


def _for_go(text: str) -> str:
    if text.isascii():
        return text
    text = text.translate(_ALWAYS_ESCAPED)
    try:
        text.encode()
    except UnicodeEncodeError:  # bytes that were no UTF-8
        text = "".join("\\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    return text


def _plain_items(struct: Fields) -> Iterable[tuple[Any, Any]]:
    """Return a struct's names and values; its methods are asked where it has any."""
    return struct_items(struct) if any(map(callable, struct.values())) else struct.items()


def _number(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        raise Complaint(f"JSON has no {value}")
    digits = repr(value)
    if value == 0 or 1e-6 <= abs(value) < 1e21:
        if "e" in digits:
            from pod.cli.template.scalars import shortest_decimal

            digits = shortest_decimal(value)
        return digits.removesuffix(".0")
    mantissa, _, exponent = digits.partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent):+d}"
