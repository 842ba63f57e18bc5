"""`pod builder prune`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import LongFilters, Option


def prune(
    context: Context,
    all: Annotated[bool, Option("--all", "-a", help="What images are made of, too")] = False,
    filter: LongFilters = (),
    force: Annotated[bool, Option("--force", "-f", help="Do not ask")] = False,
    keep_storage: Annotated[
        str,
        Option("--keep-storage", "--max-used-space", metavar="SIZE", help="Keep the last used, up to this size"),
    ] = "",
    verbose: Annotated[bool, Option("--verbose", help="Print every step that goes")] = False,
) -> int:
    """Remove what builds keep for later.

    That is the layers of steps that no image has, the folders of RUN --mount=type=cache, and notes on contexts. What
    images are made of stays, and is only forgotten with --all. The filter is until=TIME, as 24h.

    Examples:
      pod builder prune
      pod builder prune -f --filter until=72h
    """
    from pod.cli.actions.build.prune import prune as prune_cache

    return prune_cache(context, all=all, filters=filter, force=force, keep_storage=keep_storage, verbose=verbose)
