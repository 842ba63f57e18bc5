"""What a container to be asks of networks: checked against those there are, and its ports of this machine chosen."""

from __future__ import annotations

from pod.engine.network import preparing
from pod.engine.network.drivers import OURS
from pod.errors import NetworkError, UsageError
from pod.net import attach, store
from pod.net.addresses import Subnet
from pod.network_values import NetworkJoin, PortMapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.net.records import Network
    from pod.storage.container_records import ContainerRecord


def settle(engine: Engine, record: ContainerRecord) -> ContainerRecord:
    """Return the record with its ports chosen and its networks by their names.

    Raises NoSuchNetwork, NetworkError, UsageError. A port that is taken by now is told at the start.
    """
    if record.network == attach.BRIDGE:
        record = record.replace(networks=tuple(_checked(engine, join) for join in record.networks))
    bound = _default_address(engine, record)
    wanted = (*record.publish, *(_exposed(record) if record.publish_all else ()))
    if sentence := preparing.check_publish(record):
        engine.notify(sentence)
        return record.replace(publish=())
    if not wanted:
        return record
    from pod.net import ports

    if bound:
        wanted = tuple(mapping.replace(host_ip=mapping.host_ip or bound) for mapping in wanted)
    return record.replace(publish=tuple(map(ports.choose, wanted)))


def _default_address(engine: Engine, record: ContainerRecord) -> str:
    """Return the address of this machine that the container's first network has ports published on; "" for all."""
    if not record.networks:
        return ""
    return store.load(engine.layout.networks, record.networks[0].network).options.get("host_binding_ipv4", "")


def _exposed(record: ContainerRecord) -> list[PortMapping]:
    """Return the exposed ports that are not published yet, each to be given a port of this machine."""
    published = {(mapping.container_port, mapping.protocol) for mapping in record.publish}
    found = []
    for text in record.expose:
        port, _, protocol = text.partition("/")
        if port.isdigit() and (int(port), protocol or "tcp") not in published:
            found.append(PortMapping(int(port), protocol or "tcp"))
    return found


def _checked(engine: Engine, join: NetworkJoin) -> NetworkJoin:
    network = store.find(engine.layout.networks, join.network)
    check_join(network, join)
    return join.replace(network=network.name)


def check_join(network: Network, join: NetworkJoin) -> None:
    """Raise where a network cannot give what is asked of it; whether an address is taken shows when it is joined."""
    for option, address, version in (("--ip", join.ip, 4), ("--ip6", join.ip6, 6)):
        if not address:
            continue
        config = network.subnet(version)
        if config is None:
            raise NetworkError(
                f"network {network.name} has no IPv{version} subnet for {option} {address}",
                hint="pod network create --ipv6 makes one with both" if version == 6 else "",
            )
        if address not in Subnet.parse(config.subnet):
            raise NetworkError(f"address {address} is outside of {config.subnet}, the subnet of network {network.name}")
        if address == config.gateway:
            raise NetworkError(f"address {address} is the gateway of network {network.name}")
    if join.aliases and not network.dns_enabled and network.driver in OURS:
        raise UsageError(
            f"network {network.name} has no names for the alias {join.aliases[0]}",
            hint="networks made with `pod network create` have",
        )
