"""Docker's and Podman's value syntaxes, one a module: text in, records of pod.engine.options out.

Every parser raises UsageError through `invalid`: the option, the value and the rule in one line. They lie on the path
of `run`, so they import nothing that costs; what few command lines need is imported where it is needed.
"""

from __future__ import annotations

from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def invalid(option: str, value: str, rule: str, *, hint: str = "") -> UsageError:
    """Return the error for a value: `invalid value "x" for --memory: it is …`."""
    return UsageError(f'invalid value "{value}" for {option}: {rule}', hint=hint)


class Later:
    """A module of parsers that is imported when something is asked of it: few command lines need it."""

    def __init__(self, name: str) -> None:
        self._name = f"{__name__}.{name}"

    def __getattr__(self, attribute: str) -> Any:
        return getattr(__import__(self._name, fromlist=(attribute,)), attribute)


def split_commas(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values of a list option in which each word may be several with commas between them."""
    return tuple(part for value in values for part in value.split(",") if part)
