"""The wires of the shared network namespace: a bridge for each network in use, a veth pair for each container on it.

This is the one place that knows how a container is attached: another kind of network (a driver plugin, an overlay)
would be told apart here.
"""

from __future__ import annotations

import errno

from pod.errors import NetworkError
from pod.net import addresses, namespaces
from pod.net.keeper.leases import Leases
from pod.net.links import Links
from pod.network_values import Attachment, NetworkJoin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.net.records import Network


class Bridge:
    """One network that containers are on."""

    def __init__(self, network: Network, links: Links) -> None:
        self.network = network
        self.name = network.interface
        self.containers: set[str] = set()
        every = [Leases(network.name, config) for config in network.subnets]
        self.leases = {leases.subnet.version: leases for leases in every}
        self.index = self._make(links)

    @property
    def gateways(self) -> list[str]:
        return [config.gateway for config in self.network.subnets]

    def _make(self, links: Links) -> int:
        there = links.names().get(self.name)  # of a keeper before this one, whose containers still run
        if there is not None:
            return there
        links.add_bridge(self.name, self.network.mtu, _mac(self.network.subnets[0].gateway))
        index = links.index(self.name)
        for config in self.network.subnets:
            links.add_address(index, config.gateway, addresses.Subnet.parse(config.subnet).prefix)
        links.set_up(index)
        return index

    def lease(self, container: str, join: NetworkJoin, given: Attachment | None) -> dict[int, str]:
        """Return the container's addresses by their version. Raises NetworkError, and then has taken none."""
        wanted = {4: given.ip if given else join.ip, 6: given.ip6 if given else join.ip6}
        for version, address in wanted.items():
            if address and version not in self.leases:
                raise NetworkError(f"network {self.network.name} has no IPv{version} subnet for address {address}")
        taken: dict[int, str] = {}
        try:
            for version, leases in self.leases.items():
                taken[version] = leases.take(container, wanted[version])
        except NetworkError:
            self.release(taken)
            raise
        return taken

    def release(self, taken: dict[int, str]) -> None:
        """Give addresses back."""
        for version, address in taken.items():
            self.leases[version].free(address)


def attach(
    bridge: Bridge,
    links: Links,
    container: str,
    join: NetworkJoin,
    namespace: int,
    interfaces: set[str],
    *,
    first: bool,
    given: Attachment | None = None,
) -> Attachment:
    """Connect a container's network namespace with a bridge; `first` is the network of its default route.

    `interfaces` are the names that the container has already. `given` is what it had, to be made again just so.
    Raises NetworkError.
    """
    taken = bridge.lease(container, join, given)
    host_interface = given.host_interface if given else _unused(links, container)
    attachment = given or _attachment(bridge, join, taken, host_interface, interfaces)
    try:
        if given:
            _remove_inside(given.interface, namespace)
        links.add_veth(
            host_interface, bridge.index, bridge.network.mtu, attachment.interface, attachment.mac, namespace
        )
        _configure(bridge.network, attachment, namespace, first=first)
    except OSError as err:
        links.remove(host_interface)
        bridge.release(taken)
        raise _refusal(bridge, attachment, err) from err
    return attachment


def _refusal(bridge: Bridge, attachment: Attachment, err: OSError) -> NetworkError:
    if err.errno == errno.EEXIST and err.filename == attachment.host_interface:
        return NetworkError(f"the container has an interface {attachment.interface} already")
    what = f"{err.strerror}: {err.filename}" if err.filename else str(err.strerror)
    return NetworkError(f"cannot attach the container to network {bridge.network.name}: {what}")


def _attachment(
    bridge: Bridge, join: NetworkJoin, taken: dict[int, str], host_interface: str, interfaces: set[str]
) -> Attachment:
    network = bridge.network
    name = join.interface or next(name for number in range(1000) if (name := f"eth{number}") not in interfaces)
    gateways = {version: leases.gateway for version, leases in bridge.leases.items()}
    return Attachment(
        network=network.name,
        interface=name,
        host_interface=host_interface,
        mac=join.mac or _mac(next(iter(taken.values()))),
        ip=taken.get(4, ""),
        prefix=bridge.leases[4].subnet.prefix if 4 in taken else 0,
        gateway=gateways.get(4, ""),
        ip6=taken.get(6, ""),
        prefix6=bridge.leases[6].subnet.prefix if 6 in taken else 0,
        gateway6=gateways.get(6, ""),
        aliases=join.aliases,
        internal=network.internal,
        name_server=next(iter(bridge.gateways)) if network.dns_enabled else "",
    )


def _mac(address: str) -> str:
    """Return a hardware address of our own making: 02:42 and the last bytes of the address, as Docker's are."""
    tail = addresses.packed(address)[-4:]
    return "02:42:" + ":".join(f"{byte:02x}" for byte in tail)


def _unused(links: Links, container: str) -> str:
    """Return a name for our end of a pair, at most 15 characters long."""
    there = links.names()
    return next(name for number in range(1000) if (name := f"v{container[:10]}{number}") not in there)


def _remove_inside(interface: str, namespace: int) -> None:
    inside = namespaces.run_in(namespace, Links)
    try:
        inside.remove(interface)
    finally:
        inside.close()


def lead_out(network: Network, attachment: Attachment, namespace: int) -> None:
    """Let a container's default route go through a network, unless it has one."""
    inside = namespaces.run_in(namespace, Links)
    try:
        _add_default_routes(inside, inside.index(attachment.interface), network, attachment)
    except FileExistsError:
        pass
    finally:
        inside.close()


def _add_default_routes(inside: Links, index: int, network: Network, attachment: Attachment) -> None:
    for gateway in filter(None, (attachment.gateway, attachment.gateway6)):
        inside.add_route(index, gateway, metric=int(network.options.get("metric", 0)))


def _configure(network: Network, attachment: Attachment, namespace: int, *, first: bool) -> None:
    """Set up the container's end."""
    inside = namespaces.run_in(namespace, Links)
    try:
        index = inside.index(attachment.interface)
        if attachment.ip:
            inside.add_address(index, attachment.ip, attachment.prefix)
        if attachment.ip6:
            inside.add_address(index, attachment.ip6, attachment.prefix6)
        inside.set_up(index)
        if first and not network.internal:
            _add_default_routes(inside, index, network, attachment)
        for route in network.routes:
            inside.add_route(index, route.gateway, route.destination, route.metric)
    finally:
        inside.close()
