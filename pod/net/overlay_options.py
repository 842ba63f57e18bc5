"""The options of overlay networks: peers=ADDRESS[:PORT],…, port=, vni=, key=."""

from __future__ import annotations

import zlib

from pod.errors import UsageError
from pod.net import addresses
from pod.net.tunnel import Peer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pod.net.records import Network

PORT = 4789  # RFC 7348
_HIGHEST_NUMBER = (1 << 24) - 1
_MOST = 64
_SHORTEST_KEY = 8


def port(options: Mapping[str, str]) -> int:
    """Return the port of this machine that the others send to."""
    return int(options.get("port", PORT))


def number(network: Network) -> int:
    """Return what tells a network from others on its port (RFC 7348, VNI): the same on all machines.

    It follows from the subnet, which is the same there, unless it is given.
    """
    if text := network.options.get("vni"):
        return int(text)
    subnet = network.subnets[0].subnet
    return zlib.crc32(subnet.encode()) & _HIGHEST_NUMBER


def peers(options: Mapping[str, str]) -> list[Peer]:
    """Return the other machines. Raises UsageError."""
    return [_peer(text, port(options)) for text in options.get("peers", "").split(",") if text]


def _peer(text: str, default: int) -> Peer:
    if text.startswith("["):
        address, _, rest = text[1:].partition("]")
        number = rest.removeprefix(":")
    elif text.count(":") > 1:
        address, number = text, ""
    else:
        address, _, number = text.partition(":")
    try:
        if number and not 0 < int(number) < 1 << 16:
            raise ValueError("there is no such port")
        return Peer(addresses.canonical(address), int(number or default))
    except ValueError as err:
        raise UsageError(f"option peers: {text:.60} is no ADDRESS[:PORT]: {err}") from err


def check(options: Mapping[str, str], *, has_range: bool) -> None:
    """Raise UsageError for what an overlay network cannot be made of."""
    number = options.get("port", str(PORT))
    if not number.isdigit() or not 0 < int(number) < 1 << 16:
        raise UsageError(f"option port={number:.40}: it is a number from 1 to 65535")
    vni = options.get("vni", "0")
    if not vni.isdigit() or int(vni) > _HIGHEST_NUMBER:
        raise UsageError(f"option vni={vni:.40}: it is a number from 0 to {_HIGHEST_NUMBER}")
    if not 0 < len(peers(options)) <= _MOST:
        raise UsageError(
            f"an overlay network needs 1 to {_MOST} peers", hint="--opt peers=ADDRESS[:PORT],… are the other machines"
        )
    if "key" in options and len(options["key"]) < _SHORTEST_KEY:
        raise UsageError(f"option key: it has at least {_SHORTEST_KEY} characters")
    if not has_range:
        raise UsageError(
            "an overlay network needs --subnet, the same on all its machines, and --ip-range, another on each",
            hint="pod network create -d overlay --subnet 10.50.0.0/16 --ip-range 10.50.1.0/24 --opt peers=… NAME",
        )
