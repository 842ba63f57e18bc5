"""`pod network reload`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.cli.options import All, Containers, Latest


def reload(context: Context, containers: Containers = (), all: All = False, latest: Latest = False) -> int:
    """Make the interfaces of running containers, and the rules of their networks, anew.

    Examples:
      pod network reload web
      pod network reload --all
    """
    from pod.cli.actions.networks.reload import reload as reload_networks

    return reload_networks(context, containers, all=all, latest=latest)
