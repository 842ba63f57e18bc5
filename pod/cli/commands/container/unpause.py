"""`pod unpause`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.cli.options import All, CidFiles, Containers, Filters, Latest


def unpause(
    context: Context,
    containers: Containers = (),
    all: All = False,
    cidfile: CidFiles = (),
    filters: Filters = (),
    latest: Latest = False,
) -> int:
    """Let frozen containers go on.

    See `pod pause --help`: there are none in this version of pod.
    """
    from pod.cli.actions.each import for_each
    from pod.cli.actions.selection import select
    from pod.engine.pause import unpause as unpause_container

    names = select(
        context,
        containers,
        everything=all,
        latest=latest,
        cidfiles=cidfile,
        filters=filters,
        fits=lambda found: found.state.status == "paused",
    )
    return for_each(context, names, lambda name: unpause_container(context.engine, name))
