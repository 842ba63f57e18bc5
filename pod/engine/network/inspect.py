"""`network inspect`: the document in Docker's members and in Podman's."""

from __future__ import annotations

from pod.engine.network import remove
from pod.net import plugin_documents, store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.engine.containers import Container
    from pod.engine.engine import Engine
    from pod.net.records import Network, SubnetConfig
    from pod.network_values import Attachment


def inspect(engine: Engine, wanted: str) -> tuple[Network, list[tuple[Container, Attachment]]]:
    """Return a network and the running containers on it. Raises NoSuchNetwork, AmbiguousName."""
    network = store.find(engine.layout.networks, wanted)
    found = []
    for container in remove.users_of(engine, network.name):
        for attachment in container.state.attachments if container.running else ():
            if attachment.network == network.name:
                found.append((container, attachment))
    return network, found


def podmans(network: Network, members: list[tuple[Container, Attachment]]) -> dict[str, Any]:
    """Return the document as Podman has it."""
    return {
        **plugin_documents.of_network(network),
        "containers": {container.id: _podmans_member(container, entry) for container, entry in members},
    }


def _podmans_member(container: Container, entry: Attachment) -> dict[str, Any]:
    pairs = ((entry.ip, entry.prefix, entry.gateway), (entry.ip6, entry.prefix6, entry.gateway6))
    addresses = [{"ipnet": f"{ip}/{prefix}", "gateway": gateway} for ip, prefix, gateway in pairs if ip]
    return {
        "name": container.name,
        "interfaces": {entry.interface: {"subnets": addresses, "mac_address": entry.mac}},
    }


def dockers(network: Network, members: list[tuple[Container, Attachment]]) -> dict[str, Any]:
    """Return the document as Docker has it."""
    return {
        "Name": network.name,
        "Id": network.id,
        "Created": network.created or "0001-01-01T00:00:00Z",
        "Scope": "local",
        "Driver": network.driver,
        "EnableIPv4": network.subnet(4) is not None,
        "EnableIPv6": network.ipv6,
        "IPAM": {"Driver": "default", "Options": {}, "Config": [_dockers_subnet(config) for config in network.subnets]},
        "Internal": network.internal,
        "Attachable": False,
        "Ingress": False,
        "ConfigFrom": {"Network": ""},
        "ConfigOnly": False,
        "Containers": {container.id: _dockers_member(container, entry) for container, entry in members},
        "Options": plugin_documents.shown_options(network),
        "Labels": dict(network.labels),
    }


def _dockers_subnet(config: SubnetConfig) -> dict[str, str]:
    document = {"Subnet": config.subnet, "Gateway": config.gateway}
    if config.range_start:
        document["IPRange"] = f"{config.range_start}-{config.range_end}"
    return document


def _dockers_member(container: Container, entry: Attachment) -> dict[str, str]:
    return {
        "Name": container.name,
        "EndpointID": "",
        "MacAddress": entry.mac,
        "IPv4Address": f"{entry.ip}/{entry.prefix}" if entry.ip else "",
        "IPv6Address": f"{entry.ip6}/{entry.prefix6}" if entry.ip6 else "",
    }


_GO_NAMES = {
    "name": "Name",
    "id": "ID",
    "driver": "Driver",
    "network_interface": "NetworkInterface",
    "created": "Created",
    "subnets": "Subnets",
    "routes": "Routes",
    "ipv6_enabled": "IPv6Enabled",
    "internal": "Internal",
    "dns_enabled": "DNSEnabled",
    "network_dns_servers": "NetworkDNSServers",
    "labels": "Labels",
    "options": "Options",
    "ipam_options": "IPAMOptions",
    "containers": "Containers",
}
"""What templates call the members of Podman's document."""
_GO_SUBNET = {"subnet": "Subnet", "gateway": "Gateway", "lease_range": "LeaseRange"}


def for_templates(network: Network, members: list[tuple[Container, Attachment]]) -> dict[str, Any]:
    """Return the members of both under the names that templates have for them; Docker's where they differ in kind."""
    document = {_GO_NAMES[key]: value for key, value in podmans(network, members).items()}
    document["Subnets"] = [{_GO_SUBNET[key]: value for key, value in s.items()} for s in document["Subnets"]]
    return {**document, **dockers(network, members)}
