"""`pod init`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.cli.options import All, Containers, Latest


def init(context: Context, containers: Containers = (), all: All = False, latest: Latest = False) -> int:
    """Get containers ready to be started.

    Their folders, generated files and OCI configuration are made, for a look
    before `pod start`.
    """
    from pod.cli.actions.each import for_each
    from pod.cli.actions.selection import select
    from pod.engine.init import INITIALIZED
    from pod.engine.init import init as init_container

    names = select(
        context,
        containers,
        everything=all,
        latest=latest,
        fits=lambda found: not found.active and found.state.status != INITIALIZED,
    )
    return for_each(context, names, lambda name: init_container(context.engine, name))
