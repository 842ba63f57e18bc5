"""What `builder prune` does: ask, remove, tell what was freed."""

from __future__ import annotations

from pod.build import prune as builder
from pod.cli.actions.confirm import agreed
from pod.cli.parsers import invalid
from pod.cli.units import decimal_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context

_QUESTION = "This will remove all dangling build cache."
_QUESTION_ALL = "This will remove all build cache."


def prune(
    context: Context, *, all: bool, filters: tuple[str, ...], force: bool, keep_storage: str, verbose: bool
) -> int:
    """Remove what builds keep, and print its size."""
    age = 0.0
    for text in filters:
        key, _, value = text.partition("=")
        if key not in ("until", "unused-for"):
            raise invalid("--filter", text, "the filter is until=TIME")
        from pod.cli.parsers.durations import parse_duration

        age = parse_duration("--filter", value) / 1e9
    keep = 0
    if keep_storage:
        from pod.cli.parsers.sizes import parse_size

        keep = parse_size("--keep-storage", keep_storage)
    if not force and not agreed(_QUESTION_ALL if all else _QUESTION):
        return 0
    pruned = builder.prune(context.engine, everything=all, older_than=age, keep=keep)
    if verbose:
        for text in pruned.steps:
            print(text)
    print(f"Total reclaimed space: {decimal_size(pruned.freed)}")
    return 0
