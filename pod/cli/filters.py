"""`--filter KEY=VALUE` of all listings: taking the words apart, and matching names and labels."""

from __future__ import annotations

from pod.cli.parsers import invalid
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeVar

    Thing = TypeVar("Thing")

_ALL_OF = ("label", "label!", "reference!")  # what does not fit one of these values fits none
_SPECIAL = frozenset(r".^$*+?{}[]\|()")


def parse_pairs(texts: Iterable[str], known: Sequence[str]) -> dict[str, list[str]]:
    """Return the values of each key. Raises UsageError for what is no filter, with those that are."""
    pairs: dict[str, list[str]] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if key == "label" and value.startswith("!"):
            key, value = "label!", value[1:]
        if not equals:
            raise invalid("--filter", text, "it is written KEY=VALUE")
        if key not in known:
            raise UsageError(f"there is no filter {key!r}", hint=f"there are {', '.join(known)}")
        pairs.setdefault(key, []).append(value)
    return pairs


def combine(
    texts: Iterable[str], known: Sequence[str], make: Callable[[str, str], Callable[[Thing], bool]]
) -> Callable[[Thing], bool]:
    """Return the condition that all the filters make; `make` turns a key and a value into the condition of that pair.

    Values of one key are alternatives, but for labels, all of which must fit; different keys must all fit: Docker's
    rule. Raises UsageError that lists the filters that exist, and what `make` raises.
    """
    conditions = [
        (all if key in _ALL_OF else any, [make(key, value) for value in values])
        for key, values in parse_pairs(texts, known).items()
    ]
    return lambda thing: all(decide(fits(thing) for fits in alternatives) for decide, alternatives in conditions)


def parse_flag(key: str, value: str) -> bool:
    """Return the value of a filter that is true or false. Raises UsageError."""
    if value.lower() not in ("true", "false", "1", "0", "t", "f"):
        raise invalid(f"--filter {key}", value, "it is true or false")
    return value.lower() in ("true", "1", "t")


def matches_pattern(pattern: str, text: str) -> bool:
    """Tell whether a regular expression is found in the text, as Docker's name filters are."""
    if not _SPECIAL.intersection(pattern):
        return pattern in text
    import re

    try:
        return re.search(pattern, text) is not None
    except re.error as err:
        raise invalid("--filter", pattern, f"not a regular expression: {err}") from err


def split_label(text: str) -> Callable[[Mapping[str, str]], bool]:
    """Return the condition on labels that `KEY` or `KEY=VALUE` is."""
    key, equals, value = text.partition("=")
    return lambda labels: key in labels and (not equals or labels[key] == value)
