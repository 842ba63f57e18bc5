"""`pod network prune`."""

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
    """Remove the networks that no container is on, running or not.

    Filters are those of `pod network ls`.

    Examples:
      pod network prune -f
      pod network prune -f --filter until=24h
    """
    from pod.cli.actions.confirm import agreed
    from pod.cli.actions.networks.filters import parse_filters
    from pod.engine.network.remove import prune_networks

    fits = parse_filters(context, filters)
    if not force and not agreed("This will remove all networks not used by at least one container."):
        return 0
    removed = prune_networks(context.engine, fits)
    if removed and context.as_docker:
        print("Deleted Networks:")
    print(*removed, sep="\n", end="\n" if removed else "")
    return 0
