"""`network create`: a network with subnets that nothing else uses."""

from __future__ import annotations

from pod.engine import events
from pod.engine.network import drivers
from pod.errors import NameTaken, NoSuchNetwork, UsageError
from pod.linux import ids, locks, times
from pod.net import addresses, overlay_options, store, subnets
from pod.net.records import DEFAULT, VERSION, Network, StaticRoute, SubnetConfig
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine

_WORDS = frozenset("host none default private bridge slirp4netns pasta container ns".split())
_ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
_MOST_INTERFACES = 4096
_DOCKERS = {
    "com.docker.network.driver.mtu": "mtu",
    "com.docker.network.bridge.name": "interface",
    "com.docker.network.bridge.host_binding_ipv4": "host_binding_ipv4",
}
"""Docker's names of options; those that are on unless said otherwise, and cannot be off here, are in _ALWAYS_ON."""
_ALWAYS_ON = frozenset(
    ("com.docker.network.bridge.enable_icc", "com.docker.network.bridge.enable_ip_masquerade", "no_default_route=0")
)
_OF_OVERLAYS = frozenset(("peers", "port", "vni", "key"))
_OPTIONS = frozenset(("mtu", "isolate", "metric", "interface", "host_binding_ipv4"))


class SubnetOptions(Record):
    """One --subnet with the gateway and the range that belong to it."""

    subnet: str
    gateway: str = ""
    ip_range: str = ""


class NetworkOptions(Record):
    """What a network is asked to be."""

    name: str
    driver: str = "bridge"
    subnets: tuple[SubnetOptions, ...] = ()
    ipv6: bool = False
    internal: bool = False
    dns_enabled: bool = True
    dns_servers: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    options: dict[str, str] = {}
    routes: tuple[StaticRoute, ...] = ()
    interface: str = ""


def create_network(engine: Engine, wanted: NetworkOptions, *, existing: bool = False) -> Network:
    """Make a network; with `existing`, one that is there already will do.

    Raises NameTaken, UsageError, and NetworkError for subnets that overlap.
    """
    check_name(wanted.name)
    foreign = wanted.driver not in drivers.OURS
    options = dict(wanted.options) if foreign else _options(wanted)
    engine.prepare()
    with locks.Lock(engine.layout.lock("networks")):
        there = store.every(engine.layout.networks)
        if any(network.name == wanted.name for network in there):
            if existing:
                return store.load(engine.layout.networks, wanted.name)
            hint = "choose another, or say --ignore where it may be there already"
            raise NameTaken(f"network name {wanted.name} is taken", hint=hint)
        network = Network(
            VERSION,
            wanted.name,
            ids.new_id(),
            created=times.now(),
            driver=wanted.driver,
            interface=_interface(wanted.interface or options.pop("interface", ""), there),
            subnets=_subnets(engine, wanted, there) if wanted.subnets or not foreign else (),
            ipv6=wanted.ipv6 or any(":" in asked.subnet for asked in wanted.subnets),
            internal=wanted.internal,
            dns_enabled=wanted.dns_enabled and not foreign,
            dns_servers=wanted.dns_servers,
            routes=wanted.routes,
            labels=wanted.labels,
            options=options,
        )
        _check_routes(network)
        if foreign:
            network = drivers.ask_to_create(engine.settings, network)
        store.save(engine.layout.networks, network)
    events.network(engine.layout, "create", network.name, network.id)
    return network


def check_name(name: str) -> None:
    """Raise UsageError for a name that a network cannot have."""
    if not name or set(name) - _ALLOWED or not name[0].isalnum() or len(name) > 200:
        rule = "a name has letters, digits, `_`, `.` or `-`, and starts with a letter or a digit"
        raise UsageError(f"invalid network name {name!r:.60}", hint=rule)
    if name in _WORDS:
        raise UsageError(f"invalid network name {name}: --network {name} means something else")


def _options(wanted: NetworkOptions) -> dict[str, str]:
    """Return the options in our words. Raises UsageError for those that mean nothing here."""
    found = {}
    overlay = wanted.driver == "overlay"
    allowed = _OPTIONS | _OF_OVERLAYS if overlay else _OPTIONS
    if overlay:
        overlay_options.check(wanted.options, has_range=bool(wanted.subnets and wanted.subnets[0].ip_range))
    for key, value in wanted.options.items():
        if key in _ALWAYS_ON and value in ("true", "1"):
            continue
        name = _DOCKERS.get(key, key)
        if name not in allowed:
            known = ", ".join(sorted((*allowed, *_DOCKERS)))
            raise UsageError(f"unknown option {key!r:.60} of a network of {wanted.driver}", hint=f"there are {known}")
        if name == "mtu" and not (value.isdigit() and 68 <= int(value) <= 65535):
            raise UsageError(f"option mtu={value:.40}: it is a number from 68 to 65535")
        if name == "metric" and not (value.isdigit() and int(value) < 1 << 32):
            raise UsageError(f"option metric={value:.40}: it is a number")
        if name == "isolate" and value not in ("true", "false", "1", "0", "strict"):
            raise UsageError(
                f"option isolate={value:.40}: it is true or false; networks are isolated unless it is false"
            )
        if name == "host_binding_ipv4" and not _is_address(value):
            raise UsageError(f"option {key}={value:.40}: it is an IPv4 address")
        found[name] = value
    return found


def _is_address(text: str) -> bool:
    try:
        return addresses.version_of(text) == 4
    except ValueError:
        return False


def _interface(wanted: str, there: list[Network]) -> str:
    """Return the name of the bridge: the wanted one, or the next that is free."""
    taken = {network.interface: network.name for network in there}
    if not wanted:
        return next(name for number in range(1, _MOST_INTERFACES) if (name := f"pod{number}") not in taken)
    if len(wanted) > 15 or set(wanted) & set("/: \t\n") or wanted in (".", "..", "lo", "tap0"):
        raise UsageError(f"{wanted!r:.40} is no name of an interface: up to 15 characters, no / : or space")
    if wanted in taken:
        raise NameTaken(f"interface {wanted} is that of network {taken[wanted]}")
    return wanted


def _subnets(engine: Engine, wanted: NetworkOptions, there: list[Network]) -> tuple[SubnetConfig, ...]:
    found: list[SubnetConfig] = []
    for asked in wanted.subnets:
        others = [*there, Network(VERSION, wanted.name, "", subnets=tuple(found))]
        shared = wanted.driver == "overlay"
        found.append(subnets.make(asked.subnet, asked.gateway, asked.ip_range, others, shared=shared))
    versions = [6 if ":" in config.subnet else 4 for config in found]
    if twice := next((version for version in (4, 6) if versions.count(version) > 1), 0):
        raise UsageError(f"--subnet is given twice for IPv{twice}", hint="a network has one of each version")
    if not found:
        found.append(subnets.choose(_pools(engine), there))
    if wanted.ipv6 and 6 not in versions:
        found.append(subnets.choose_ipv6())
    return tuple(found)


def _pools(engine: Engine) -> tuple[subnets.Pool, ...]:
    """Return where subnets are taken from: containers.conf(5) may say that."""
    configured = engine.settings.config.values.get("network.default_subnet_pools") or ()
    try:
        pools = tuple(subnets.Pool(str(pool["base"]), int(pool["size"])) for pool in configured)
        for pool in pools:
            addresses.Subnet.parse(pool.base)
    except (KeyError, TypeError, ValueError) as err:
        raise UsageError(f"containers.conf: default_subnet_pools: {err}") from err
    return pools or subnets.POOLS


def _check_routes(network: Network) -> None:
    for route in network.routes:
        if not any(route.gateway in addresses.Subnet.parse(config.subnet) for config in network.subnets):
            raise UsageError(f"--route {route.destination},{route.gateway}: the gateway is on none of its subnets")


def exists(engine: Engine, name: str) -> bool:
    """True where a network has that name or id."""
    try:
        store.find(engine.layout.networks, name)
    except NoSuchNetwork:
        return False
    return True


def is_default(network: Network) -> bool:
    """True for the network that is always there."""
    return network.name == DEFAULT
