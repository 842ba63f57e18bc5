"""`pod container prune`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import LongFilters, Option


def prune(
    context: Context,
    filters: LongFilters = (),
    force: Annotated[bool, Option("--force", "-f", help="Do not ask")] = False,
) -> int:
    """Remove the containers that do not run.

    Filters are those of `pod ps`.

    Examples:
      pod container prune -f --filter until=24h
    """
    from pod.cli.actions.container_prune import prune as prune_containers

    return prune_containers(context, filters=filters, force=force)
