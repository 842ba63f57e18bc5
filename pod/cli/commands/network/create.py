"""`pod network create`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


def create(
    context: Context,
    name: Annotated[str, Argument(metavar="[NAME]", help="Name; one of pod's choice if there is none")] = "",
    attachable: Annotated[bool, Option("--attachable", help="Accepted for scripts: every network is")] = False,
    aux_address: Annotated[
        tuple[str, ...], Option("--aux-address", help="Refused: say with --ip-range what containers are given")
    ] = (),
    config_from: Annotated[str, Option("--config-from", help="Refused: that is for clusters of Docker")] = "",
    config_only: Annotated[bool, Option("--config-only", help="Refused: that is for clusters of Docker")] = False,
    disable_dns: Annotated[bool, Option("--disable-dns", help="No name server")] = False,
    dns: Annotated[tuple[str, ...], Option("--dns", metavar="IP", help="Server that other names are asked of")] = (),
    driver: Annotated[str, Option("--driver", "-d", metavar="NAME", help="bridge, overlay, or your own")] = "bridge",
    gateway: Annotated[
        tuple[str, ...], Option("--gateway", metavar="IP", help="Address of the gateway, one for each --subnet")
    ] = (),
    ignore: Annotated[bool, Option("--ignore", help="A network of that name may be there already")] = False,
    ingress: Annotated[bool, Option("--ingress", help="Refused: that is for clusters of Docker")] = False,
    interface_name: Annotated[str, Option("--interface-name", metavar="NAME", help="Name of the bridge")] = "",
    internal: Annotated[bool, Option("--internal", help="Its containers reach nothing else")] = False,
    ip_range: Annotated[
        tuple[str, ...], Option("--ip-range", metavar="RANGE", help="What containers are given, one for each --subnet")
    ] = (),
    ipam_driver: Annotated[str, Option("--ipam-driver", metavar="NAME", help="host-local or default")] = "",
    ipam_opt: Annotated[tuple[str, ...], Option("--ipam-opt", help="Refused: there are no such options")] = (),
    ipv4: Annotated[bool, Option("--ipv4", help="Also IPv4, which every network has")] = True,
    ipv6: Annotated[bool, Option("--ipv6", help="Also IPv6")] = False,
    label: Annotated[tuple[str, ...], Option("--label", metavar="KEY=VALUE", help="Add a label")] = (),
    opt: Annotated[tuple[str, ...], Option("--opt", "-o", metavar="KEY=VALUE", help="mtu=, isolate=, metric= …")] = (),
    route: Annotated[
        tuple[str, ...], Option("--route", metavar="SUBNET,GATEWAY[,METRIC]", help="A route for its containers")
    ] = (),
    scope: Annotated[str, Option("--scope", metavar="SCOPE", help="local")] = "",
    subnet: Annotated[tuple[str, ...], Option("--subnet", metavar="SUBNET", help="Its addresses: 10.89.0.0/24")] = (),
) -> int:
    """Make a network that containers can join by its name.

    Its containers find each other by their names, reach the outside, and nobody on other networks.

    Examples:
      pod network create front
      pod network create --subnet 192.168.100.0/24 --ipv6 back
      pod network create --internal vault
    """
    from pod.cli.actions.networks.create import create as create_network

    return create_network(
        context,
        name,
        driver=driver,
        subnets=subnet,
        gateways=gateway,
        ranges=ip_range,
        ipv6=ipv6,
        internal=internal,
        disable_dns=disable_dns,
        dns=dns,
        labels=label,
        options=opt,
        routes=route,
        interface=interface_name,
        ignore=ignore,
        ipam_driver=ipam_driver,
        scope=scope,
        ipv4=ipv4,
    )
