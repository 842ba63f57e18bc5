"""The values that templates work on, and what Go would call them.

Python                              Go
str, bool, int, float               string, bool, int, float64
Duration                            time.Duration, with its methods
list, tuple                         slice
dict                                map: a key that is not there is `<no value>`
Fields, Record, other objects       struct: a field that is not there is an error
a callable in a struct              method: called with the arguments that follow it
None                                nil
MISSING                             what an absent key yields
"""

from __future__ import annotations

from pod.cli.template.source import Complaint, nearest
from pod.errors import PodError
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, ClassVar

    _Dict = dict[str, Any]
else:
    _Dict = dict


class Fields(_Dict):
    """A struct: the keys are all the fields it has, in order; an unknown one is an error, not `<no value>`."""

    # Docker and Podman answer to both, as their structs say ID and their documents say Id.
    aliases: ClassVar[dict[str, str]] = {"ID": "Id", "Id": "ID"}


class Row(Fields):
    """A row of a listing. As JSON its keys are sorted and <, >, & escaped, as those of Docker's rows are."""


class Byte(int):
    """One byte of a string."""

    __slots__ = ()


class Duration(int):
    """Nanoseconds, which print as 1m30s; as JSON they are a number."""

    __slots__ = ()

    def __str__(self) -> str:
        from pod.cli.units import go_duration

        return go_duration(self)

    def method(self, name: str) -> Any:
        """Return what a method of Go's gives; MISSING for one that is not there."""
        units = {"Microseconds": 1_000, "Milliseconds": 1_000_000}
        parts = {"Seconds": 1e9, "Minutes": 60e9, "Hours": 3600e9}
        if name in parts:
            return int(self) / parts[name]
        if name in units:
            return int(self) // units[name]
        return {"Nanoseconds": int(self), "String": str(self)}.get(name, MISSING)


class Missing:
    """The type of MISSING."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "<no value>"


MISSING = Missing()

_PLAIN = (str, int, float, list, tuple, dict, type(None), Missing, bytes, type)


def is_struct(value: Any) -> bool:
    """Tell whether a value has fields rather than keys or elements."""
    if isinstance(value, (Fields, Record)):
        return True
    return not isinstance(value, _PLAIN) and not callable(value) and hasattr(value, "__dict__")


def is_map(value: Any) -> bool:
    """Tell whether a value is a plain map."""
    return isinstance(value, dict) and not isinstance(value, Fields)


def field_names(struct: Any) -> list[str]:
    """Return the names of a struct's fields, in order."""
    if isinstance(struct, Fields):
        return list(struct)
    if isinstance(struct, Record):
        return [struct._wire.get(name, name) for name in struct._fields]
    return [name for name in vars(struct) if not name.startswith("_")]


def struct_items(struct: Any) -> Iterable[tuple[str, Any]]:
    """Yield names and values of a struct's fields; methods without arguments count as fields, others do not."""
    for name in field_names(struct):
        value = _raw_field(struct, name)
        if not callable(value):
            yield name, value
        elif arity(value)[0] == 0:
            yield name, invoke(name, value, ())


def _raw_field(struct: Any, name: str) -> Any:
    """Return a field as it is stored. Raises KeyError or AttributeError."""
    if isinstance(struct, Fields):
        if name not in struct and name in struct.aliases:
            name = struct.aliases[name]
        return struct[name]
    if isinstance(struct, Record):
        for own in struct._fields:
            if struct._wire.get(own, own) == name:
                return getattr(struct, own)
        raise KeyError(name)
    if name.startswith("_"):
        raise AttributeError(name)
    try:
        return getattr(struct, name)
    except (AttributeError, PodError):
        raise
    except Exception as err:
        raise Complaint(f".{name} failed: {err or type(err).__name__}") from err


def field(receiver: Any, name: str) -> Any:
    """Return what `.name` of a value is, before any call: a field, a map's value, or MISSING."""
    if isinstance(receiver, Missing):
        return MISSING
    if is_map(receiver):
        return receiver.get(name, MISSING)
    if receiver is None:
        raise Complaint(f"there is no .{name} in nil", "test it first: {{with …}} or {{if …}}")
    if isinstance(receiver, Duration) and (found := receiver.method(name)) is not MISSING:
        return found
    if not is_struct(receiver):
        raise Complaint(f"there is no .{name} in a {go_type(receiver)}")
    try:
        return _raw_field(receiver, name)
    except (KeyError, AttributeError):
        hint = nearest(name, field_names(receiver), ".")
        raise Complaint(f"there is no field .{name}", hint) from None


def arity(function: Callable[..., Any]) -> tuple[int, int | None]:
    """Return the least and the largest number of arguments; (0, None) where Python cannot tell."""
    plain = getattr(function, "__func__", function)
    code = getattr(plain, "__code__", None)
    if code is None:
        return 0, None
    most = code.co_argcount - (1 if plain is not function else 0)
    least = most - len(getattr(plain, "__defaults__", None) or ())
    takes_any_number = bool(code.co_flags & 0x04)  # inspect.CO_VARARGS
    return least, None if takes_any_number else most


def invoke(name: str, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Call a method of the data. What it raises becomes a complaint, except errors that pod raises on purpose."""
    least, most = arity(function)
    check_count(name, len(arguments), least, most)
    try:
        return function(*(None if argument is MISSING else argument for argument in arguments))
    except (PodError, Complaint, RecursionError):
        raise
    except Exception as err:
        raise Complaint(f"{name} failed: {err or type(err).__name__}") from err


def check_count(name: str, given: int, least: int, most: int | None) -> None:
    """Complain about a wrong number of arguments."""
    if given < least or (most is not None and given > most):
        wanted = f"at least {least}" if most is None else str(least) if least == most else f"{least} to {most}"
        raise Complaint(f"{name} takes {wanted} argument{'' if wanted == '1' else 's'}, not {given}")


def is_true(value: Any) -> bool:
    """Tell what `if` makes of a value: empty, zero and nil are false; a struct is always true."""
    if isinstance(value, (str, int, float, list, tuple, dict)) and not isinstance(value, Fields):
        return bool(value)
    return value is not None and value is not MISSING


def sorted_items(mapping: dict[Any, Any]) -> list[tuple[Any, Any]]:
    """Return the items of a map in the order in which Go shows them."""
    try:
        return sorted(mapping.items(), key=lambda item: item[0])
    except TypeError:  # keys of several types
        return sorted(mapping.items(), key=lambda item: (type(item[0]).__name__, str(item[0])))


def go_type(value: Any) -> str:
    """Return the name of the Go type that stands for a value; lists and maps are typed by what they hold."""
    if value is None or value is MISSING:
        return "<nil>"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "uint8" if isinstance(value, Byte) else "time.Duration" if isinstance(value, Duration) else "int"
    if isinstance(value, (str, bytes)):
        return "string"
    if isinstance(value, float):
        return "float64"
    if isinstance(value, (list, tuple)):
        return f"[]{_common_type(value)}"
    if is_map(value):
        return f"map[string]{_common_type(value.values())}"
    if is_struct(value):
        inside = "; ".join(f"{name} {_field_type(item)}" for name, item in struct_items(value))
        return f"struct {{ {inside} }}" if inside else "struct {}"
    return "func()" if callable(value) else type(value).__name__


def _field_type(value: Any) -> str:
    return "interface {}" if value is None or value is MISSING else go_type(value)


def _common_type(values: Iterable[Any]) -> str:
    kinds = {_field_type(value) for value in values} or {"string"}
    return kinds.pop() if len(kinds) == 1 else "interface {}"


def zero_like(mapping: dict[str, Any]) -> Any:
    """Return what `index` of an absent key yields: the zero of the type that the map's values have.

    A map of labels is typed in Go, so that scripts get "" for an absent label; an empty one may well be such a map.
    """
    samples = [value for value in mapping.values() if value is not None]
    if not samples:
        return MISSING if mapping else ""
    for kind, zero in ((str, ""), (bool, False), (int, 0), (float, 0.0), (Fields, MISSING), (dict, {}), (list, [])):
        if all(isinstance(value, kind) for value in samples):
            return zero
    return MISSING


def bytes_of_text(text: str) -> bytes:
    """Return the UTF-8 of a text; bytes that were no UTF-8 come back as they were."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def text_of_bytes(octets: bytes) -> str:
    """Return bytes as text, such that bytes_of_text gives them back."""
    return octets.decode("utf-8", "surrogateescape")
