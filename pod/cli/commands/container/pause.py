"""`pod pause`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.cli.options import All, CidFiles, Containers, Filters, Latest


def pause(
    context: Context,
    containers: Containers = (),
    all: All = False,
    cidfile: CidFiles = (),
    filters: Filters = (),
    latest: Latest = False,
) -> int:
    """Freeze containers, where that is possible.

    The kernel freezes control groups: a container has one where your session owns the group that it is in.
    """
    from pod.cli.actions.each import for_each
    from pod.cli.actions.selection import select
    from pod.engine.pause import pause as pause_container

    names = select(
        context,
        containers,
        everything=all,
        latest=latest,
        cidfiles=cidfile,
        filters=filters,
        fits=lambda found: found.running,
    )
    return for_each(context, names, lambda name: pause_container(context.engine, name))
