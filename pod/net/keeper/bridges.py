"""The wires of the shared network namespace: a bridge for each network in use, a veth pair for each container on it.

`open_network` is the one place that tells the kinds of networks apart.
"""

from __future__ import annotations

import errno

from pod.errors import NetworkError
from pod.net import addresses, namespaces
from pod.net.keeper.leases import Leases
from pod.net.links import Links
from pod.network_values import Attachment, NetworkJoin
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from pod.net.keeper.foreign import ForeignNetwork
    from pod.net.keeper.shared import SharedNamespace
    from pod.net.records import Network


class Stay(Record):
    """A container that is on networks: its network namespace (a descriptor), and what it has there already."""

    container: str
    name: str
    namespace: int
    interfaces: frozenset[str] = frozenset()
    first: bool = False  # the network to come is that of its default route


def open_network(network: Network, shared: SharedNamespace) -> Bridge | ForeignNetwork:
    """Return a network that containers are about to join, ready for them.

    Raises OSError, NetworkError.
    """
    if network.plugin:
        from pod.net.keeper.foreign import ForeignNetwork

        return ForeignNetwork(network, shared.namespace)
    if network.driver == "overlay":
        from pod.net.keeper.overlay import Overlay

        return Overlay(network, shared)
    return Bridge(network, shared.links)


class Bridge:
    """One network that containers are on."""

    process = -1  # a descriptor of the process that such a network needs, if it does
    has_names = True  # its gateway is ours: a name server can listen there

    def __init__(self, network: Network, links: Links) -> None:
        self.network = network
        self.name = network.interface
        self._links = links
        self.containers: set[str] = set()
        every = [Leases(network.name, config) for config in network.subnets]
        self.leases = {leases.subnet.version: leases for leases in every}
        self.index = self._make()

    @property
    def gateways(self) -> list[str]:
        return [config.gateway for config in self.network.subnets]

    def expect(self, owners: Mapping[str, str], until: float) -> None:
        """Keep the addresses of containers that are still to come back after a keeper's end (`Leases.expect`)."""
        for leases in self.leases.values():
            leases.expect(owners, until)

    def _make(self) -> int:
        links = self._links
        there = links.names().get(self.name)  # of a keeper before this one, whose containers still run
        if there is not None:
            return there
        links.add_bridge(self.name, self.network.mtu, _mac(self.network.subnets[0].gateway))
        index = links.index(self.name)
        for config in self.network.subnets:
            links.add_address(index, config.gateway, addresses.Subnet.parse(config.subnet).prefix)
        links.set_up(index)
        return index

    def attach(
        self, stay: Stay, join: NetworkJoin, given: Attachment | None = None
    ) -> Generator[int, None, Attachment]:
        """Connect a container with this bridge. `given` is what it had, to be made again just so.

        It waits for nobody. Raises NetworkError.
        """
        yield from ()
        taken = self.lease(stay.container, join, given)
        host_interface = given.host_interface if given else _unused(self._links, stay.container)
        attachment = given or _attachment(self, join, taken, host_interface, stay.interfaces)
        mtu, namespace = self.network.mtu, stay.namespace
        try:
            if given:
                _remove_inside(given.interface, namespace)
            self._links.add_veth(host_interface, self.index, mtu, attachment.interface, attachment.mac, namespace)
            _configure(self.network, attachment, namespace, first=stay.first)
        except OSError as err:
            self._links.remove(host_interface)
            self.release(taken)
            raise _refusal(self, attachment, err) from err
        return attachment

    def note(self, stay: Stay, attachment: Attachment) -> bool:
        """Take note of what a container has already; False where its wire is gone with an older shared namespace."""
        if attachment.host_interface not in self._links.names():
            return False
        self.lease(stay.container, NetworkJoin(self.network.name), attachment)
        return True

    def detach(self, _stay: Stay, attachment: Attachment) -> Generator[int, None, None]:
        """Remove a container's wire and free its addresses."""
        yield from ()
        self._links.remove(attachment.host_interface)
        self.release({version: a for version, a in ((4, attachment.ip), (6, attachment.ip6)) if a})

    def begin_tunnel(self) -> None:
        """Start the network's process anew after it was killed; a bridge has none."""

    def close(self) -> None:
        """Remove the bridge."""
        self._links.remove(self.name)

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


def _refusal(bridge: Bridge, attachment: Attachment, err: OSError) -> NetworkError:
    if err.errno == errno.EEXIST and err.filename == attachment.host_interface:
        return NetworkError(f"the container has an interface {attachment.interface} already")
    what = f"{err.strerror}: {err.filename}" if err.filename else str(err.strerror)
    return NetworkError(f"cannot attach the container to network {bridge.network.name}: {what}")


def _attachment(
    bridge: Bridge, join: NetworkJoin, taken: dict[int, str], host_interface: str, interfaces: frozenset[str]
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
