"""eq, ne, lt, le, gt, ge: Go compares only values of one kind, and says so otherwise."""

from __future__ import annotations

from pod.cli.template.source import Complaint
from pod.cli.template.values import Fields, go_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, float):
        return "float"
    return "string" if isinstance(value, str) else ""


def equal(first: Any, *others: Any) -> bool:
    """Tell whether the first value equals any of the others."""
    if not others:
        raise Complaint("eq needs something to compare with")
    return any(_equal(first, other) for other in others)


def _equal(first: Any, second: Any) -> bool:
    if first is None or second is None:
        return first is second
    kind = _kind(first)
    if kind != _kind(second):
        raise Complaint(*_cannot_compare(first, second))
    if not kind and not (type(first) is type(second) is Fields):
        raise Complaint(f"values of type {go_type(first)} cannot be compared")
    return bool(first == second)


def _cannot_compare(first: Any, second: Any) -> tuple[str, str]:
    hint = ""
    if {_kind(first), _kind(second)} == {"int", "string"}:
        hint = "numbers stand without quotes, and text in quotes"
    return f"cannot compare {go_type(first)} with {go_type(second)}", hint


def not_equal(first: Any, second: Any) -> bool:
    """Tell whether two values differ."""
    return not _equal(first, second)


def less(first: Any, second: Any) -> bool:
    """Tell whether the first value is the smaller one."""
    kind = _kind(first)
    for value in (first, second):
        if _kind(value) in ("", "bool"):
            raise Complaint(f"values of type {go_type(value)} have no order")
    if kind != _kind(second):
        raise Complaint(*_cannot_compare(first, second))
    return bool(first < second)


def less_or_equal(first: Any, second: Any) -> bool:
    """Tell whether the first value is not the larger one."""
    return less(first, second) or bool(first == second)


def greater(first: Any, second: Any) -> bool:
    """Tell whether the first value is the larger one."""
    return not less_or_equal(first, second)


def greater_or_equal(first: Any, second: Any) -> bool:
    """Tell whether the first value is not the smaller one."""
    return not less(first, second)
