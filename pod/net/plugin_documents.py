"""The documents that network drivers are given and give back (Netavark's plugin protocol)."""

from __future__ import annotations

from pod.errors import PluginError, PodError
from pod.net.addresses import Subnet, canonical
from pod.net.records import Network, SubnetConfig
from pod.network_values import Attachment, NetworkJoin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MOST = 64  # interfaces, addresses or options in one answer
_LONGEST = 4096  # characters of one value


def of_network(network: Network) -> dict[str, Any]:
    """Return a network as Podman's `network inspect` and the protocol have it."""
    return {
        "name": network.name,
        "id": network.id,
        "driver": network.driver,
        "network_interface": network.interface,
        "created": network.created or "0001-01-01T00:00:00Z",
        "subnets": [_of_subnet(config) for config in network.subnets],
        "routes": [route.to_json() for route in network.routes],
        "ipv6_enabled": network.ipv6,
        "internal": network.internal,
        "dns_enabled": network.dns_enabled,
        "network_dns_servers": list(network.dns_servers),
        "labels": dict(network.labels),
        "options": shown_options(network),
        "ipam_options": {"driver": "host-local"},
    }


def shown_options(network: Network) -> dict[str, str]:
    """Return the options without the key of an overlay network."""
    secret = network.driver == "overlay" and "key" in network.options
    return {**network.options, "key": "hidden"} if secret else dict(network.options)


def _of_subnet(config: SubnetConfig) -> dict[str, Any]:
    document: dict[str, Any] = {"subnet": config.subnet, "gateway": config.gateway}
    if config.range_start:
        document["lease_range"] = {"start_ip": config.range_start, "end_ip": config.range_end}
    return document


def created(network: Network, answer: dict[str, Any]) -> Network:
    """Return a network as its driver wants it: subnets, options and interface are the driver's to change.

    Raises PluginError for an answer that is about another network or makes no sense.
    """
    for key, ours in (("name", network.name), ("id", network.id), ("driver", network.driver)):
        if answer.get(key, ours) != ours:
            raise PluginError(f"network driver {network.driver} answered with another {key}: {answer[key]!r:.60}")
    try:
        subnets = tuple(_subnet(entry) for entry in _listed(answer.get("subnets")))
        options = {_text(key): _text(value) for key, value in dict(answer.get("options") or {}).items()}
        interface = _text(answer.get("network_interface") or network.interface)
    except (PodError, ValueError, TypeError, KeyError, AttributeError) as err:
        raise PluginError(f"network driver {network.driver} answered with what is no network: {err}") from err
    return network.replace(subnets=subnets, options=options, interface=interface[:15])


def _subnet(entry: dict[str, Any]) -> SubnetConfig:
    parsed = Subnet.parse(_text(entry["subnet"]))
    gateway = _text(entry.get("gateway") or "")
    if gateway and gateway not in parsed:
        raise ValueError(f"gateway {gateway} is outside of {parsed}")
    return SubnetConfig(str(parsed), canonical(gateway) if gateway else "")


def to_set_up(network: Network, container: str, name: str, join: NetworkJoin, interface: str) -> dict[str, Any]:
    """Return what `setup` and `teardown` are given."""
    options: dict[str, Any] = {"interface_name": interface, "aliases": list(join.aliases)}
    options["static_ips"] = [address for address in (join.ip, join.ip6) if address] or None
    options["static_mac"] = join.mac or None
    return {
        "container_id": container,
        "container_name": name,
        "port_mappings": [],  # forwarders lead to the container's address, whoever gave it
        "network": of_network(network),
        "network_options": options,
    }


def attached(network: Network, join: NetworkJoin, interface: str, answer: dict[str, Any]) -> Attachment:
    """Return what a driver says that it has given a container. Raises PluginError for what makes no sense."""
    try:
        interfaces = dict(answer.get("interfaces") or {})
        if not interfaces or len(interfaces) > _MOST:
            raise ValueError(f"{len(interfaces)} interfaces")
        name = interface if interface in interfaces else _text(next(iter(interfaces)))
        entry = interfaces[name]
        found = Attachment(
            network.name, name[:15], "", _text(entry.get("mac_address") or ""), aliases=join.aliases,
            internal=network.internal, name_server=_server(answer),
        )  # fmt: skip
        for pair in _listed(entry.get("subnets")):
            found = _with_address(found, pair)
        return found
    except (ValueError, TypeError, KeyError, AttributeError) as err:
        raise PluginError(f"network driver {network.driver} answered with what is no status: {err}") from err


def _with_address(attachment: Attachment, pair: dict[str, Any]) -> Attachment:
    address, _, prefix = _text(pair["ipnet"]).partition("/")
    gateway = canonical(_text(pair["gateway"])) if pair.get("gateway") else ""
    if Subnet.parse(f"{address}/{prefix}").version == 4:
        return attachment.replace(ip=canonical(address), prefix=int(prefix), gateway=gateway)
    return attachment.replace(ip6=canonical(address), prefix6=int(prefix), gateway6=gateway)


def _server(answer: dict[str, Any]) -> str:
    servers = _listed(answer.get("dns_server_ips"))
    return canonical(_text(servers[0])) if servers else ""


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > _MOST:
        raise ValueError(f"{value!r:.60} is no list of at most {_MOST}")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST or not value.isprintable():
        raise ValueError(f"{value!r:.60} is no text")
    return value
