"""`pod system df`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Format, Option


def df(
    context: Context,
    format: Format = "",
    verbose: Annotated[bool, Option("--verbose", "-v", help="Every image and container")] = False,
) -> int:
    """Show how much space images and containers take.

    What images share counts once. RECLAIMABLE is what `pod image prune -a` and
    `pod container prune` would free.
    """
    from pod.cli.actions.system_df import show_usage

    return show_usage(context, format=format, verbose=verbose)
