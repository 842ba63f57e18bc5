"""`pod network inspect`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Networks, Option, ShortFormat


def inspect(
    context: Context,
    networks: Networks = (),
    format: ShortFormat = "",
    verbose: Annotated[bool, Option("--verbose", "-v", help="Accepted for scripts: all is shown always")] = False,
) -> int:
    """Show all that is known of networks and of who is on them, as JSON or through a template.

    Examples:
      pod network inspect front
      pod network inspect -f '{{(index .Subnets 0).Gateway}}' front
    """
    from pod.cli.actions.inspection import show
    from pod.cli.parsers.networks import some_networks

    return show(context, some_networks(networks), format=format, kind="network")
