"""How a container gets its network: what is wanted, what that means for its files, and making it so."""

from __future__ import annotations

import _socket

from pod.errors import UsageError
from pod.linux import process
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.network_values import Attachment, PortMapping

SLIRP, PASTA, BRIDGE = "slirp4netns", "pasta", "bridge"
PRIVATE = ("", "private", SLIRP, PASTA, BRIDGE, "none")  # modes with a network namespace of the container's own


class NetworkPlan(Record):
    """One container's network: its mode, and the addresses that its files name."""

    mode: str
    address: str = ""  # of the container
    host_address: str = ""  # of the host as seen from the container
    name_servers: tuple[str, ...] = ()
    has_names: bool = False  # its name servers know the other containers, and ask others themselves
    options: str = ""  # what was said behind the mode
    more_addresses: tuple[str, ...] = ()  # of the container: IPv6, and those on its other networks
    shared_files: str = ""  # the folder with the files of the container whose network this is


def default_mode() -> str:
    """Return the network of containers for which none is asked: the best one that this machine has the helper for."""
    return next((mode for mode in (SLIRP, PASTA) if process.find_program(mode)), "none")


def publishes(network: str) -> bool:
    """True for a mode in which a container can publish ports."""
    return network.partition(":")[0] in ("", "private", SLIRP, PASTA, BRIDGE)


def forwards_itself(network: str) -> bool:
    """True for a mode whose helper opens the published ports itself."""
    mode, _, options = network.partition(":")
    if mode != SLIRP:
        return mode == PASTA
    from pod.net import slirp

    return slirp.parse(options).port_handler == SLIRP


def plan(network: str) -> NetworkPlan:
    """Return the plan for a mode. Raises UsageError for one that does not exist, or whose options make no sense."""
    mode, _, options = network.partition(":")
    if mode in ("none", "ns", "container"):
        return NetworkPlan(mode)
    if mode == "host":
        return NetworkPlan(mode, host_address="127.0.0.1")
    if mode in (SLIRP, "", "private"):
        from pod.net import slirp

        asked = slirp.parse(options)
        host = asked.host(2) if asked.allow_host_loopback else own_address() or asked.host(2)
        return NetworkPlan(SLIRP, asked.container_address, host, (asked.host(3),), options=options)
    if mode == PASTA:
        from pod.net import pasta

        return pasta.plan(options)
    if mode == BRIDGE:
        from pod.net import slirp

        return NetworkPlan(BRIDGE, host_address=own_address() or slirp.DEFAULTS.host(2))
    raise UsageError(
        f"no such network: {network}",
        hint="networks are: slirp4netns (the default), pasta, host, none, bridge, container:NAME, ns:PATH, "
        "and those of `pod network ls`",
    )


def plan_of(attachments: tuple[Attachment, ...]) -> NetworkPlan:
    """Return the plan of a container that is on bridge networks: what these have given it."""
    from pod.net import slirp

    leading = [attachment for attachment in attachments if not attachment.internal] or list(attachments)
    servers = tuple(dict.fromkeys(entry.name_server for entry in attachments if entry.name_server))
    outside = bool(leading) and not leading[0].internal
    every = [address for entry in (*leading, *attachments) for address in (entry.ip, entry.ip6) if address]
    address, *more = dict.fromkeys(every) or ("",)
    return NetworkPlan(
        BRIDGE,
        address,
        (own_address() or slirp.DEFAULTS.host(2)) if outside else "",
        servers or ((slirp.DEFAULTS.host(3),) if outside else ()),
        has_names=bool(servers),
        more_addresses=tuple(more),
    )


def own_address() -> str:
    """Return the address that this machine has in its own network, "" where it has none. Nothing is sent."""
    sock = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM | _socket.SOCK_CLOEXEC)
    try:
        sock.connect(("192.0.2.1", 9))  # RFC 5737: nobody's
        address: str = sock.getsockname()[0]
    except OSError:
        return ""
    finally:
        sock.close()
    return "" if address.startswith("127.") else address


def connect(plan: NetworkPlan, namespace: int, run_folder: str, ports: tuple[PortMapping, ...] = ()) -> int:
    """Start the helper of a network namespace, given as a descriptor, where its plan has one; return its pid, else 0.

    `ports` are those that the helper is to publish, if it does that itself. Raises NetworkError.
    """
    if plan.mode == SLIRP:
        from pod.net import namespaces, slirp

        options = slirp.parse(plan.options)
        if options.enable_ipv6:
            namespaces.use_addresses_at_once(namespace)
        itself = bool(ports) and options.port_handler == SLIRP
        helper = slirp.start(namespace, f"{run_folder}/slirp4netns.log", options, run_folder if itself else "")
        helper.wait_until_ready()
        if itself:
            from pod.net import slirp_ports

            slirp_ports.publish(run_folder, plan.address, ports)
        return helper.pid
    if plan.mode == PASTA:
        from pod.net import pasta

        return pasta.start(namespace, f"{run_folder}/pasta.log", plan.options, ports)
    return 0
