"""`--add-host NAME:ADDRESS` and the servers of `--dns`."""

from __future__ import annotations

from pod.cli.parsers import invalid, split_commas
from pod.cli.parsers.ports import check_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def parse_hosts(values: Iterable[str]) -> tuple[str, ...]:
    """Return `name:address` for every name; Docker also writes `name=address`, Podman `name;name:address`."""
    return tuple(item for text in values for item in _parse(text))


def _parse(text: str) -> list[str]:
    at = min((text.index(mark) for mark in "=:" if mark in text), default=-1)
    names, address = text[:at].split(";"), text[at + 1 :]
    if at < 1 or not address or not all(names):
        raise invalid("--add-host", text, "it is written NAME:ADDRESS")
    if address[0] == "[" and address[-1] == "]":
        address = address[1:-1]
    if address != "host-gateway":
        check_address("--add-host", text, address)
    return [f"{name}:{address}" for name in names]


def parse_dns(values: Iterable[str]) -> tuple[str, ...]:
    """Return the addresses of name servers; `none` alone leaves resolv.conf as the image has it."""
    servers = split_commas(values)
    if servers != ("none",):
        for server in servers:
            check_address("--dns", server, server)
    return servers
