"""The specification of a pod: from YAML to the options of `pod create`."""

from __future__ import annotations

from pod.engine.pods.options import PodOptions
from pod.network_values import NetworkJoin, PortMapping
from pod.storage.container_records import Users
from pod.storage.pod_records import SHARED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.kube.documents import Node
    from pod.kube.options import PlayOptions
    from pod.kube.workloads import Wanted

_PROTOCOLS = ("tcp", "udp")


def options(wanted: Wanted, play: PlayOptions, number: int) -> PodOptions:
    """Return the options of a pod, the `number`-th of the file. Raises UsageError."""
    spec, metadata = wanted.node.node("spec"), wanted.node.node("metadata")
    on_host = spec.flag("hostNetwork") and not (play.network or play.networks)
    dns = spec.node("dnsConfig")
    return PodOptions(
        name=wanted.name,
        labels=metadata.mapping("labels"),
        share=(*SHARED, "pid") if spec.flag("shareProcessNamespace") else SHARED,
        exit_policy="stop",
        hostname=spec.text("hostname") or ("" if on_host else wanted.name),
        network="host" if on_host else play.network,
        networks=_joins(play, number),
        publish=() if on_host else ports(spec, play),
        add_host=_hosts(spec),
        no_hosts=play.no_hosts,
        no_hostname=play.no_hostname,
        dns=dns.texts("nameservers"),
        dns_search=dns.texts("searches"),
        dns_option=tuple(_option(one) for one in dns.nodes("options")),
        pid_mode="host" if spec.flag("hostPID") else "",
        ipc_mode="host" if spec.flag("hostIPC") else "",
        users=_users(spec, play),
        sysctls={one.need("name"): one.text("value") for one in spec.node("securityContext").nodes("sysctls")},
        create_command=play.create_command,
    )


def _joins(play: PlayOptions, number: int) -> tuple[NetworkJoin, ...]:
    """Return the networks, with the address of --ip and --mac-address that is this pod's turn."""
    if not play.networks:
        return ()
    first, *others = play.networks
    address = play.ips[number] if number < len(play.ips) else ""
    mac = play.macs[number] if number < len(play.macs) else ""
    return (first.replace(ip=address or first.ip, mac=mac or first.mac), *others)


def ports(spec: Node, play: PlayOptions) -> tuple[PortMapping, ...]:
    """Return the ports to publish: those with a hostPort, and those that were asked for besides. Raises UsageError."""
    found = []
    for container in (*spec.nodes("containers"), *spec.nodes("initContainers")):
        for port in container.nodes("ports"):
            inside, outside = port.number("containerPort"), port.number("hostPort")
            if not 0 < inside < 65536 or not 0 <= outside < 65536:
                raise port.error("a port is a number from 1 to 65535")
            protocol = port.text("protocol", "TCP").lower()
            if protocol not in _PROTOCOLS:
                raise port.error("it is TCP or UDP", "protocol")
            if outside or play.publish_all:
                found.append(PortMapping(inside, protocol, port.text("hostIP"), outside or inside))
    said = {(one.container_port, one.protocol) for one in play.publish}
    return (*play.publish, *(one for one in found if (one.container_port, one.protocol) not in said))


def _hosts(spec: Node) -> tuple[str, ...]:
    return tuple(f"{name}:{one.need('ip')}" for one in spec.nodes("hostAliases") for name in one.texts("hostnames"))


def _option(node: Node) -> str:
    value = node.text("value")
    return f"{node.need('name')}:{value}" if value else node.need("name")


def _users(spec: Node, play: PlayOptions) -> Users:
    if play.users != Users():
        return play.users
    return Users() if spec.flag("hostUsers", True) else Users("auto")
