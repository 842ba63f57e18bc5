"""`pod port`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Latest, Option


def port(
    context: Context,
    words: Annotated[
        tuple[str, ...], Argument(metavar="CONTAINER [PORT]", help="Name or id, and perhaps a port: 80, 53/udp")
    ] = (),
    all: Annotated[bool, Option("--all", "-a", help="All running containers")] = False,
    latest: Latest = False,
) -> int:
    """Show which ports of the host lead into a container.

    Examples:
      pod port web
      pod port web 80/tcp
    """
    from pod.cli.actions.ports import show_ports

    return show_ports(context, words, all=all, latest=latest)
