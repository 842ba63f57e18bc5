"""`pod info`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.cli.options import ShortFormat


def info(context: Context, format: ShortFormat = "") -> int:
    """Show the facts of this machine and of the store."""
    from pod.cli.actions.info import show_info

    return show_info(context, format)
