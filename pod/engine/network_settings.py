"""What `inspect` tells of a container's network: Docker's document and Podman's have the same members."""

from __future__ import annotations

from pod.net import attach
from pod.network_values import Attachment, NetworkJoin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.engine.containers import Container
    from pod.storage.container_records import ContainerRecord


def describe(container: Container) -> dict[str, Any]:
    """Return the member NetworkSettings."""
    record, state = container.record, container.state
    running = container.running
    pid = state.init.pid if running and state.init else 0
    attachments = _attachments(container)
    first = attachments[0] if attachments and record.network != attach.BRIDGE else None
    leading = next((a for a in attachments if not a.internal), attachments[0] if attachments else None)
    shown = first or leading
    return {
        "EndpointID": "",
        "Gateway": shown.gateway if shown else "",
        "IPAddress": shown.ip if shown else "",
        "IPPrefixLen": shown.prefix if shown else 0,
        "IPv6Gateway": shown.gateway6 if shown else "",
        "GlobalIPv6Address": shown.ip6 if shown else "",
        "GlobalIPv6PrefixLen": shown.prefix6 if shown else 0,
        "MacAddress": shown.mac if shown else "",
        "Bridge": "",
        "SandboxID": "",
        "HairpinMode": False,
        "LinkLocalIPv6Address": "",
        "LinkLocalIPv6PrefixLen": 0,
        "Ports": ports(record, exposed=True),
        "SandboxKey": f"/proc/{pid}/ns/net" if pid else "",
        "Networks": _networks(container, attachments),
    }


def ports(record: ContainerRecord, *, exposed: bool = False) -> dict[str, Any]:
    """Return the published ports by the container's, and with `exposed` the others that it names, as null."""
    found: dict[str, Any] = dict.fromkeys(record.expose) if exposed else {}
    for port in record.publish:
        binding = {"HostIp": port.host_ip or ("0.0.0.0" if exposed else ""), "HostPort": str(port.host_port or "")}
        key = f"{port.container_port}/{port.protocol}"
        found[key] = [*(found.get(key) or []), binding]
    return found


def network_mode(record: ContainerRecord) -> str:
    """Return the mode as the peers name it: without options, and for one network its name."""
    if record.network == attach.BRIDGE:
        return record.networks[0].network if record.networks else attach.BRIDGE
    mode = record.network.partition(":")[0]
    return record.network if mode in ("container", "ns") else mode


def _attachments(container: Container) -> tuple[Attachment, ...]:
    """Return what the container has of networks; that of a helper of its own is told in the same words."""
    record = container.record
    if not container.running:
        return ()
    if record.network == attach.BRIDGE:
        return container.state.attachments
    plan = attach.plan(record.network)
    if not plan.address:
        return ()
    gateway = plan.address.rpartition(".")[0] + ".2" if plan.mode == attach.SLIRP else ""
    return (Attachment(plan.mode, "tap0", "", "", ip=plan.address, prefix=24, gateway=gateway),)


def _networks(container: Container, attachments: tuple[Attachment, ...]) -> dict[str, Any]:
    record = container.record
    if record.network != attach.BRIDGE:
        return {network_mode(record): _endpoint(container, NetworkJoin(""), next(iter(attachments), None))}
    given = {attachment.network: attachment for attachment in attachments}
    return {join.network: _endpoint(container, join, given.get(join.network)) for join in record.networks}


def _endpoint(container: Container, join: NetworkJoin, given: Attachment | None) -> dict[str, Any]:
    wanted = {"IPv4Address": join.ip, "IPv6Address": join.ip6}
    own_names = (container.id[:12],) if container.record.network == attach.BRIDGE else ()
    return {
        "EndpointID": "",
        "Gateway": given.gateway if given else "",
        "IPAddress": given.ip if given else "",
        "IPPrefixLen": given.prefix if given else 0,
        "IPv6Gateway": given.gateway6 if given else "",
        "GlobalIPv6Address": given.ip6 if given else "",
        "GlobalIPv6PrefixLen": given.prefix6 if given else 0,
        "MacAddress": given.mac if given else join.mac,
        "NetworkID": join.network,
        "DriverOpts": None,
        "IPAMConfig": {key: value for key, value in wanted.items() if value} or None,
        "Links": list(container.record.links) or None,
        "Aliases": [*join.aliases, *own_names],
    }
