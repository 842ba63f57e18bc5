"""The document of a user-defined network, networks/NAME.json."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VERSION = 1
DEFAULT = "pod"
DEFAULT_MTU = 65520  # one packet per large write: nothing between containers and the uplink is a real wire

OVERLAY_MTU = 1400  # of 1500, what vxlan and a seal leave


class SubnetConfig(Record):
    """One subnet of a network; addresses are given out between the two ends of the range, "" is the whole subnet."""

    _omit_defaults = True

    subnet: str
    gateway: str
    range_start: str = ""
    range_end: str = ""


class StaticRoute(Record):
    """A route that every container on the network gets."""

    destination: str
    gateway: str
    metric: int = 0


class Network(Record):
    """A network that containers can join by its name."""

    _omit_defaults = True

    version: int
    name: str
    id: str
    created: str = ""
    driver: str = "bridge"
    interface: str = ""  # the name of the bridge in the shared network namespace
    subnets: tuple[SubnetConfig, ...] = ()
    ipv6: bool = False
    internal: bool = False
    dns_enabled: bool = True
    dns_servers: tuple[str, ...] = ()
    routes: tuple[StaticRoute, ...] = ()
    labels: dict[str, str] = {}
    options: dict[str, str] = {}
    plugin: str = ""  # the executable of its driver; found when the network is joined, and not written down
    unknown: dict[str, Any] = {}

    @property
    def mtu(self) -> int:
        return int(self.options.get("mtu", OVERLAY_MTU if self.driver == "overlay" else DEFAULT_MTU))

    @property
    def isolated(self) -> bool:
        """True where containers of other networks may not reach this one: always, unless isolate=false."""
        return self.options.get("isolate", "true") not in ("false", "0")

    def subnet(self, version: int) -> SubnetConfig | None:
        """Return the first subnet of IPv4 or IPv6."""
        return next((config for config in self.subnets if (":" in config.subnet) == (version == 6)), None)


def default_network() -> Network:
    """Return the network `pod`, which exists without having been made; like its peers' default it has no names."""
    return Network(
        VERSION,
        DEFAULT,
        "7061702d6e6574776f726b".ljust(64, "0"),
        interface="pod0",
        subnets=(SubnetConfig("10.88.0.0/16", "10.88.0.1"),),
        dns_enabled=False,
    )
