"""`--filter KEY=VALUE` of all listings: taking the words apart, and matching names and labels."""

from __future__ import annotations

from pod.cli.parsers import invalid
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

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
