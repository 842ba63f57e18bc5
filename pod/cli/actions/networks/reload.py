"""What `network reload` does."""

from __future__ import annotations

from pod.cli.actions.each import for_each
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context


def reload(context: Context, names: Sequence[str], *, all: bool, latest: bool) -> int:
    """Reload the named containers, or all that run and are on a network."""
    from pod.cli.actions.selection import select
    from pod.engine import containers
    from pod.engine.network.connect import reload as reload_container

    if all and names:
        raise UsageError("names and --all exclude each other")
    if all:
        chosen: Sequence[str] = [
            c.id for c in containers.every(context.engine.layout) if c.running and c.record.networks
        ]
    else:
        chosen = select(context, names, latest=latest)
    return for_each(context, chosen, lambda name: reload_container(context.engine, name))
