"""The functions that a template may call: Go's own, and those that Docker and Podman add.

Go's are described in https://pkg.go.dev/text/template#hdr-Functions, Docker's in
https://docs.docker.com/engine/cli/formatting/. A function complains by raising Complaint.
"""

from __future__ import annotations

from pod.cli.template import comparison
from pod.cli.template.source import Complaint
from pod.cli.template.values import (
    MISSING,
    Byte,
    Fields,
    bytes_of_text,
    field,
    go_type,
    invoke,
    is_map,
    is_true,
    text_of_bytes,
    zero_like,
)
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_LARGEST_PADDING = 1_000_000


class Function(Record):
    """A function and the kinds of its parameters.

    One letter each: s a string, i a whole number, l a list of strings, v any value, where nil stands for a missing
    one; a `*` at the end repeats the last one any number of times, also none.
    """

    call: Callable[..., Any]
    parameters: str

    @property
    def least(self) -> int:
        return len(self.parameters) - 2 if self.parameters.endswith("*") else len(self.parameters)

    @property
    def most(self) -> int | None:
        return None if self.parameters.endswith("*") else len(self.parameters)

    def kind(self, index: int) -> str:
        """Return the letter of a parameter."""
        letters = self.parameters.rstrip("*")
        return letters[min(index, len(letters) - 1)]


_WANTED = {"s": "a string", "i": "a whole number", "l": "a list of strings"}


def check_type(value: Any, kind: str) -> Any:
    """Return an argument as the function wants it."""
    if kind == "v":
        return None if value is MISSING else value
    if kind == "s":
        fits = isinstance(value, str)
    elif kind == "i":
        if isinstance(value, float) and value.is_integer():
            return int(value)
        fits = isinstance(value, int) and not isinstance(value, bool)
    else:
        if value is None or value is MISSING:  # an absent list, as documents have it
            return ()
        fits = isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
    if not fits:
        found = "nothing" if value is None or value is MISSING else f"a value of type {go_type(value)}"
        raise Complaint(f"{_WANTED[kind]} is needed here, not {found}")
    return value


def to_text(value: Any) -> str:
    """Return what an action prints for a value."""
    if isinstance(value, str):
        return value
    if value is MISSING:
        return "<no value>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return _sprint(value)


def _sprint(*values: Any) -> str:
    from pod.cli.template.printf import sprint

    return sprint(values)


def _sprintln(*values: Any) -> str:
    from pod.cli.template.printf import sprintln

    return sprintln(values)


def _printf(text: str, *values: Any) -> str:
    from pod.cli.template.printf import sprintf

    return sprintf(text, values)


def _json(value: Any) -> str:
    from pod.cli.template.gojson import encode

    return encode(value)


def _escaper(name: str) -> Callable[..., str]:
    def escape(*values: Any) -> str:
        from pod.cli.template import escapes

        shown = ("<no value>" if value is None else value for value in values)
        return str(getattr(escapes, name)(_sprint(*shown)))

    return escape


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(value) if value.isascii() else len(bytes_of_text(value))
    if isinstance(value, (list, tuple, dict)):
        return len(value)
    raise Complaint(f"a value of type {go_type(value)} has no length")


def _index(item: Any, *keys: Any) -> Any:
    if item is None:
        raise Complaint("cannot index nil", "test it first: {{with …}} or {{if …}}")
    for key in keys:
        if is_map(item):
            item = _map_value(item, key)
        elif isinstance(item, Fields):  # Docker falls back to the document behind the struct
            item = field(item, _key(key))
        elif isinstance(item, (str, list, tuple)):
            octets = bytes_of_text(item) if isinstance(item, str) else item
            at = _position(key, len(octets) - 1)
            item = Byte(octets[at]) if isinstance(octets, bytes) else octets[at]
        else:
            raise Complaint(f"cannot index a value of type {go_type(item)}")
    return item


def _map_value(mapping: dict[str, Any], key: Any) -> Any:
    return mapping[key] if _key(key) in mapping else zero_like(mapping)


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise Complaint(f"the keys of this map are strings, not {go_type(key)}")
    return key


def _position(index: Any, largest: int) -> int:
    if not isinstance(index, int) or isinstance(index, bool):
        raise Complaint(f"a list is indexed by whole numbers, not by {go_type(index)}")
    if not 0 <= index <= largest:
        raise Complaint(f"index {index} is out of range", f"the last is {largest}" if largest >= 0 else "it is empty")
    return index


def _slice(item: Any, *bounds: Any) -> Any:
    if len(bounds) > 3 or (len(bounds) == 3 and isinstance(item, str)):
        raise Complaint(f"too many bounds: {len(bounds)}")
    if not isinstance(item, (str, list, tuple)):
        raise Complaint(f"cannot slice a value of type {go_type(item)}")
    octets = bytes_of_text(item) if isinstance(item, str) else item
    limits = [0, len(octets)]
    for at, bound in enumerate(bounds):
        limits[at:] = [_position(bound, len(octets)), *limits[at + 1 :]]
    if sorted(limits) != limits:
        raise Complaint(f"the bounds of the slice run backwards: {' '.join(map(str, limits))}")
    part = octets[limits[0] : limits[1]]
    return text_of_bytes(part) if isinstance(part, bytes) else part


def _call(function: Any, *arguments: Any) -> Any:
    if not callable(function):
        raise Complaint(f"a value of type {go_type(function)} cannot be called")
    return invoke("the function", function, arguments)


def _pad(text: str, before: int, after: int) -> str:
    if not (0 <= before <= _LARGEST_PADDING and 0 <= after <= _LARGEST_PADDING):
        raise Complaint(f"cannot pad by {before} and {after} spaces")
    return " " * before + text + " " * after if text else text


def _truncate(text: str, length: int) -> str:
    octets = bytes_of_text(text)
    if length < 0:
        raise Complaint(f"cannot truncate to {length} characters")
    return text if len(octets) < length else text_of_bytes(octets[:length])


def _split(text: str, separator: str) -> list[str]:
    return text.split(separator) if separator else list(text)


def _one_to_one(convert: Callable[[str], str]) -> Callable[[str], str]:
    """Return a case conversion that keeps ß and its like, as Go does, instead of making them longer."""

    def convert_text(text: str) -> str:
        if text.isascii():
            return convert(text)
        return "".join(changed if len(changed := convert(char)) == 1 else char for char in text)

    return convert_text


def _title(text: str) -> str:
    """Return the text with each word's first letter in title case; words are letters, digits and underscores."""
    letters, previous = [], " "
    for char in text:
        starts_word = not (previous == "_" or previous.isalpha() or previous.isdecimal())
        if starts_word and not previous.isascii() and not previous.isspace():
            starts_word = False
        titled = char.title() if starts_word else char
        letters.append(titled if len(titled) == 1 else char)
        previous = char
    return "".join(letters)


def _lazy(*_: Any) -> Any:
    """Stand for `and` and `or`, which the evaluator does itself: they do not evaluate all their arguments."""
    raise NotImplementedError


_TABLE: tuple[tuple[str, Callable[..., Any], str], ...] = (
    ("and", _lazy, "vv*"),
    ("or", _lazy, "vv*"),
    ("not", lambda value: not is_true(value), "v"),
    ("len", _length, "v"),
    ("index", _index, "vv*"),
    ("slice", _slice, "vv*"),
    ("call", _call, "vv*"),
    ("print", _sprint, "v*"),
    ("printf", _printf, "sv*"),
    ("println", _sprintln, "v*"),
    ("html", _escaper("html"), "v*"),
    ("js", _escaper("javascript"), "v*"),
    ("urlquery", _escaper("url_query"), "v*"),
    ("eq", comparison.equal, "vv*"),
    ("ne", comparison.not_equal, "vv"),
    ("lt", comparison.less, "vv"),
    ("le", comparison.less_or_equal, "vv"),
    ("gt", comparison.greater, "vv"),
    ("ge", comparison.greater_or_equal, "vv"),
    ("json", _json, "v"),
    ("join", lambda items, separator: separator.join(items), "ls"),
    ("split", _split, "ss"),
    ("lower", _one_to_one(str.lower), "s"),
    ("upper", _one_to_one(str.upper), "s"),
    ("title", _title, "s"),
    ("pad", _pad, "sii"),
    ("truncate", _truncate, "si"),
)

FUNCTIONS: dict[str, Function] = {name: Function(call, parameters) for name, call, parameters in _TABLE}

# What a table's heading is made with: conversions of values would spoil the names of the columns.
HEADING_FUNCTIONS: dict[str, Function] = {
    **FUNCTIONS,
    **{name: Function(lambda text, *_: text, "v") for name in ("json", "title", "lower", "upper")},
    **{name: Function(lambda text, *_: text, "vv") for name in ("split", "join", "truncate")},
}
