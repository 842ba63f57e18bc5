"""`pod help`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument


def help_(
    context: Context,
    words: Annotated[tuple[str, ...], Argument(metavar="[COMMAND...]")] = (),
) -> int:
    """Show help on a command."""
    from pod.cli import slowpath

    return slowpath.show_help(words)
