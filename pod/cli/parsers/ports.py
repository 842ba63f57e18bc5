"""`--publish [[ADDRESS:]HOST-PORT:]CONTAINER-PORT[/PROTOCOL]`, each port a number or a range."""

from __future__ import annotations

from pod.cli.parsers import invalid, split_commas
from pod.network_values import PortMapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_RULE = "it is written [[ADDRESS:]HOST-PORT:]CONTAINER-PORT[/tcp|/udp|/sctp]"


def parse_ports(values: Iterable[str]) -> tuple[PortMapping, ...]:
    """Return one mapping for every port; host port 0 is one that the engine chooses."""
    return tuple(mapping for text in split_commas(values) for mapping in _parse(text))


def _parse(text: str) -> list[PortMapping]:
    rest, slash, protocol = text.partition("/")
    protocol = protocol.lower() if slash else "tcp"
    if protocol not in ("tcp", "udp", "sctp"):
        raise invalid("--publish", text, _RULE)
    address = ""
    if rest.startswith("["):
        address, bracket, rest = rest[1:].partition("]:")
        if not bracket:
            raise invalid("--publish", text, _RULE)
        parts = [address, *rest.split(":")] if ":" in rest else [address, "", rest]
    else:
        parts = rest.split(":")
    if len(parts) > 3:
        raise invalid("--publish", text, _RULE, hint="an IPv6 address stands in brackets: [::1]:8080:80")
    address, host, inside = (["", "", *parts])[-3:]
    if address:
        check_address("--publish", text, address)
    return _mappings(text, address, host, inside, protocol)


def _mappings(text: str, address: str, host: str, inside: str, protocol: str) -> list[PortMapping]:
    ports = parse_range("--publish", text, inside)
    host_ports = parse_range("--publish", text, host) if host not in ("", "0") else [0] * len(ports)
    if len(ports) == 1 and len(host_ports) > 1:  # Docker: any free one of the range
        return [PortMapping(ports[0], protocol, address, host_ports[0], host_ports[-1])]
    if len(host_ports) != len(ports):
        raise invalid("--publish", text, "the two ranges of ports differ in length")
    return [PortMapping(port, protocol, address, host) for port, host in zip(ports, host_ports, strict=True)]


def parse_range(option: str, text: str, ports: str) -> list[int]:
    """Return the numbers of `80` or `80-90`. Raises UsageError."""
    first, dash, last = ports.partition("-")
    numbers = [int(port) if port.isascii() and port.isdigit() else -1 for port in (first, last if dash else first)]
    if not all(0 < number < 65536 for number in numbers):
        raise invalid(option, text, "a port is a number from 1 to 65535")
    if numbers[0] > numbers[1]:
        raise invalid(option, text, f"the range {ports} ends before it begins")
    return list(range(numbers[0], numbers[1] + 1))


def check_address(option: str, text: str, address: str) -> None:
    """Raise UsageError unless `address` is an IPv4 or IPv6 address."""
    import _socket

    for family in (_socket.AF_INET, _socket.AF_INET6):
        try:
            _socket.inet_pton(family, address)
            return
        except OSError:
            pass
    raise invalid(option, text, f"{address!r} is no IP address")
