"""What `network create` does: its words become the engine's."""

from __future__ import annotations

from pod.cli.parsers import invalid, split_commas
from pod.cli.parsers.hosts import parse_dns
from pod.cli.parsers.labels import parse_labels, parse_pairs
from pod.engine.network.create import NetworkOptions, SubnetOptions, create_network, exists
from pod.errors import UsageError
from pod.net.addresses import Subnet
from pod.net.records import StaticRoute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context


def create(
    context: Context,
    name: str,
    *,
    driver: str,
    subnets: Sequence[str],
    gateways: Sequence[str],
    ranges: Sequence[str],
    ipv6: bool,
    ipv4: bool,
    internal: bool,
    disable_dns: bool,
    dns: Sequence[str],
    labels: Sequence[str],
    options: Sequence[str],
    routes: Sequence[str],
    interface: str,
    ignore: bool,
    ipam_driver: str,
    scope: str,
) -> int:
    """Make a network and print its name, or its id for who calls pod docker."""
    if ipam_driver not in ("", "host-local", "default"):
        raise invalid("--ipam-driver", ipam_driver, "it is host-local or default")
    if scope not in ("", "local"):
        raise invalid("--scope", scope, "it is local")
    if not ipv4:
        raise UsageError("a network without IPv4 cannot be made: published ports and the way out need it")
    wanted = NetworkOptions(
        name=name or _unused(context),
        driver=driver or "bridge",
        subnets=_subnets(subnets, gateways, ranges),
        ipv6=ipv6,
        internal=internal,
        dns_enabled=not disable_dns,
        dns_servers=tuple(server for server in parse_dns(dns) if server != "none"),
        labels=parse_labels(labels),
        options=parse_pairs("--opt", _whole(split_commas(options)), need_value=True),
        routes=tuple(map(_route, routes)),
        interface=interface,
    )
    network = create_network(context.engine, wanted, existing=ignore)
    print(network.id if context.as_docker else network.name)
    return 0


def _whole(words: Sequence[str]) -> list[str]:
    """Put the words of a list, peers=ADDRESS,ADDRESS, together again: they have no name of their own."""
    found: list[str] = []
    for word in words:
        if found and "=" not in word:
            found[-1] += f",{word}"
        else:
            found.append(word)
    return found


def _unused(context: Context) -> str:
    return next(name for number in range(1, 10000) if not exists(context.engine, name := f"pod{number}"))


def _subnets(subnets: Sequence[str], gateways: Sequence[str], ranges: Sequence[str]) -> tuple[SubnetOptions, ...]:
    """Put each gateway and each range to the subnet that it is in."""
    for option, values in (("--gateway", gateways), ("--ip-range", ranges)):
        if len(values) > len(subnets):
            raise UsageError(f"{option} {values[-1]} belongs to no --subnet", hint="say which subnet it is in")
    found = []
    left = {"--gateway": list(gateways), "--ip-range": list(ranges)}
    for text in subnets:
        gateway, ip_range = (_take(option, left[option], text) for option in ("--gateway", "--ip-range"))
        found.append(SubnetOptions(text, gateway, ip_range))
    for option, values in left.items():
        if values:
            raise UsageError(f"{option} {values[0]} is outside of {', '.join(subnets)}")
    return tuple(found)


def _take(option: str, values: list[str], subnet: str) -> str:
    """Take the first value that lies in a subnet off the list; "" where there is none."""
    try:
        parsed = Subnet.parse(subnet)
    except ValueError as err:
        raise UsageError(f"--subnet: {err}") from err
    for value in values:
        try:
            inside = value.partition("-")[0].partition("/")[0] in parsed
        except ValueError as err:
            raise invalid(option, value, str(err)) from err
        if inside:
            values.remove(value)
            return value
    return ""


def _route(text: str) -> StaticRoute:
    destination, _, rest = text.partition(",")
    gateway, _, metric = rest.partition(",")
    try:
        if not gateway or (metric and not metric.isdigit()):
            raise ValueError("it is written SUBNET,GATEWAY[,METRIC]")
        subnet = Subnet.parse(destination)
        if (":" in gateway) != (subnet.version == 6):
            raise ValueError("subnet and gateway are of different versions of IP")
        return StaticRoute(str(subnet), gateway, int(metric or 0))
    except ValueError as err:
        raise invalid("--route", text, str(err)) from err
