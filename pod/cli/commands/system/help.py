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
    """Show help on a command: its manual page on a terminal, else what --help prints.

    Examples:
      pod help run
      pod help image ls
    """
    from pod.cli import slowpath
    from pod.cli.actions.manual import show_manual

    show_manual(words)
    return slowpath.show_help(words)
