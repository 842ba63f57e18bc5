"""`pod network update`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import OneNetwork, Option


def update(
    context: Context,
    network: OneNetwork,
    dns_add: Annotated[
        tuple[str, ...], Option("--dns-add", metavar="IP", help="Another server that other names are asked of")
    ] = (),
    dns_drop: Annotated[tuple[str, ...], Option("--dns-drop", metavar="IP", help="A server to ask no more")] = (),
) -> int:
    """Change which servers a network's name server asks, also for containers that run.

    Examples:
      pod network update front --dns-add 9.9.9.9
    """
    from pod.cli.parsers.hosts import parse_dns
    from pod.engine.network.connect import update as update_network

    print(update_network(context.engine, network, dns_add=parse_dns(dns_add), dns_drop=parse_dns(dns_drop)))
    return 0
