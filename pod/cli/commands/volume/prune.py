"""`pod volume prune`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import LongFilters, Option


def prune(
    context: Context,
    all: Annotated[
        bool, Option("--all", "-a", help="Also those with a name, as is meant unless pod is called docker")
    ] = False,
    filters: LongFilters = (),
    force: Annotated[bool, Option("--force", "-f", help="Do not ask")] = False,
) -> int:
    """Remove the volumes that no container uses, running or not.

    Filters are those of `pod volume ls`.

    Examples:
      pod volume prune -f --filter label!=keep
      pod volume prune -f --filter anonymous=true
    """
    from pod.cli.actions.volumes.prune import prune as prune_volumes

    return prune_volumes(context, all=all, filters=filters, force=force)
