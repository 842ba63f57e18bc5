"""`pod __complete`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument


def complete(
    context: Context,
    words: Annotated[tuple[str, ...], Argument(metavar="WORD...", help="The command line up to the cursor")] = (),
) -> int:
    """Print what may stand in place of the last word, one candidate a line: what the shells' scripts call."""
    from pod.cli.completion import candidates

    for candidate in candidates(context, words):
        print(candidate)
    return 0
