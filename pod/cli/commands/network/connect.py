"""`pod network connect`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import OneContainer, OneNetwork, Option


def connect(
    context: Context,
    network: OneNetwork,
    container: OneContainer,
    alias: Annotated[tuple[str, ...], Option("--alias", metavar="NAME", help="Another name on that network")] = (),
    driver_opt: Annotated[tuple[str, ...], Option("--driver-opt", help="Refused: bridges have no such options")] = (),
    gw_priority: Annotated[int | None, Option("--gw-priority", help="Refused: the first network leads out")] = None,
    ip: Annotated[str, Option("--ip", metavar="ADDRESS", help="IPv4 address")] = "",
    ip6: Annotated[str, Option("--ip6", metavar="ADDRESS", help="IPv6 address")] = "",
    link: Annotated[tuple[str, ...], Option("--link", help="Refused: give the other container an --alias")] = (),
    link_local_ip: Annotated[
        tuple[str, ...], Option("--link-local-ip", help="Refused: interfaces have those that the kernel gives them")
    ] = (),
    mac_address: Annotated[str, Option("--mac-address", metavar="MAC", help="Hardware address")] = "",
) -> int:
    """Put a container on one more network, at once where it runs.

    Examples:
      pod network connect back web
      pod network connect --alias db --ip 10.89.1.9 back postgres
    """
    from pod.cli.parsers.networks import checked_join
    from pod.engine.network.connect import connect as connect_container
    from pod.network_values import NetworkJoin

    join = checked_join(NetworkJoin(network, tuple(alias), ip, ip6, mac_address), network)
    connect_container(context.engine, network, container, join)
    return 0
