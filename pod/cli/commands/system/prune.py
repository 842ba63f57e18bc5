"""`pod system prune`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import LongFilters, Option


def prune(
    context: Context,
    all: Annotated[bool, Option("--all", "-a", help="All images without a container, not only unnamed ones")] = False,
    build: Annotated[bool, Option("--build", help="What ended builds left, too; that goes with every prune")] = False,
    external: Annotated[
        bool, Option("--external", help="Only what crashes left in the store and belongs to nothing")
    ] = False,
    filters: LongFilters = (),
    force: Annotated[bool, Option("--force", "-f", help="Do not ask")] = False,
    volumes: Annotated[bool, Option("--volumes", help="Volumes that no container uses, too")] = False,
) -> int:
    """Remove stopped containers, the images that are then unused, and what builds keep for later.

    Filters: label, label!, until.
    """
    from pod.cli.actions.system_prune import prune as prune_system
    from pod.cli.actions.system_prune import prune_external

    del build
    if external:
        return prune_external(context, all=all, filters=filters, volumes=volumes)
    return prune_system(context, all=all, filters=filters, force=force, volumes=volumes)
