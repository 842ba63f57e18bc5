"""What the documents of containers and the networks both speak of: ports, joining a network, what that gave."""

from __future__ import annotations

from pod.record import Record


class PortMapping(Record):
    """A published port."""

    _omit_defaults = True

    container_port: int
    protocol: str = "tcp"
    host_ip: str = ""
    host_port: int = 0  # 0 before one was chosen
    host_last: int = 0  # any port from host_port to this one will do

    def __str__(self) -> str:
        address = self.host_ip or "0.0.0.0"
        return f"{f'[{address}]' if ':' in address else address}:{self.host_port}/{self.protocol}"


class NetworkJoin(Record):
    """A network that a container is to be on, and what is wanted there; "" leaves it to the network."""

    _omit_defaults = True

    network: str
    aliases: tuple[str, ...] = ()
    ip: str = ""
    ip6: str = ""
    mac: str = ""
    interface: str = ""  # its name in the container


class Attachment(Record):
    """What a running container has of a network."""

    _omit_defaults = True

    network: str
    interface: str  # in the container
    host_interface: str  # the other end, in the shared network namespace
    mac: str
    ip: str = ""
    prefix: int = 0
    gateway: str = ""
    ip6: str = ""
    prefix6: int = 0
    gateway6: str = ""
    aliases: tuple[str, ...] = ()
    internal: bool = False  # it leads nowhere else
    name_server: str = ""  # "" on a network without names
