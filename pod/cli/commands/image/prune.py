"""`pod image prune`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import LongFilters, Option


def prune(
    context: Context,
    all: Annotated[bool, Option("--all", "-a", help="All images without a container, not only unnamed ones")] = False,
    build_cache: Annotated[bool, Option("--build-cache", help="What builds keep, too")] = False,
    external: Annotated[bool, Option("--external", help="Accepted for scripts: pod keeps no images outside")] = False,
    filters: LongFilters = (),
    force: Annotated[bool, Option("--force", "-f", help="Do not ask")] = False,
) -> int:
    """Remove images that have no name and no container.

    Filters: label, label!, until.
    """
    from pod.cli.actions.images.prune import prune as prune_images

    return prune_images(context, all=all, build_cache=build_cache, filters=filters, force=force)
