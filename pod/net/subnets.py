"""Subnets of networks: chosen free of what this machine and its other networks use, or checked against that."""

from __future__ import annotations

import os
import struct

from pod.errors import NetworkError, UsageError
from pod.linux import files
from pod.net import addresses
from pod.net.addresses import Subnet
from pod.net.records import SubnetConfig
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pod.net.records import Network


class Pool(Record):
    """Where subnets are taken from: pieces of one size of a larger subnet."""

    base: str
    size: int


POOLS = (Pool("10.89.0.0/16", 24), Pool("10.90.0.0/15", 24), Pool("10.92.0.0/14", 24), Pool("10.96.0.0/11", 24))
"""Podman's (containers.conf(5), default_subnet_pools)."""
_UPLINK = "10.0.2.0/24"  # slirp4netns's own
_LARGEST_PREFIX = {4: 30, 6: 126}  # a smaller subnet has no room for a gateway and a container


def choose(pools: Sequence[Pool], networks: Iterable[Network]) -> SubnetConfig:
    """Return a subnet that nothing else uses. Raises NetworkError where there is none."""
    used = sorted((subnet.version, subnet.first, subnet.last) for subnet, _whose in _used(networks))
    for pool in pools:
        base = Subnet.parse(pool.base)
        step = 1 << (addresses.BITS[base.version] - pool.size)
        first = base.first
        for version, other_first, other_last in used:
            if version == base.version and other_last >= first and other_first < first + step:
                first = (other_last // step + 1) * step
        if first + step - 1 <= base.last:
            subnet = Subnet(base.version, first, pool.size)
            return SubnetConfig(str(subnet), subnet.address(1))
    raise NetworkError("there is no free subnet left", hint="say one: --subnet 192.168.100.0/24; or remove networks")


def choose_ipv6() -> SubnetConfig:
    """Return a subnet of unique local addresses (RFC 4193): its 40 random bits are nobody else's."""
    subnet = Subnet(6, int.from_bytes(b"\xfd" + os.urandom(5) + bytes(10), "big"), 64)
    return SubnetConfig(str(subnet), subnet.address(1))


def make(
    subnet: str, gateway: str, ip_range: str, networks: Iterable[Network], *, shared: bool = False
) -> SubnetConfig:
    """Return a subnet as it was asked for; one that is `shared` with other machines has its gateway in its range.

    Raises UsageError for what does not fit, NetworkError for what overlaps.
    """
    parsed = _parse("--subnet", subnet)
    if parsed.prefix > _LARGEST_PREFIX[parsed.version]:
        raise UsageError(f"subnet {subnet} has no room for a gateway and a container")
    for other, whose in _used(networks):
        if parsed.overlaps(other):
            raise NetworkError(
                f"subnet {parsed} overlaps with {other}, {whose}", hint="leave --subnet away to be given a free one"
            )
    first, last = _range(ip_range, parsed) if ip_range else ("", "")
    gateway = _inside("--gateway", gateway, parsed) if gateway else first if shared else parsed.address(1)
    return SubnetConfig(str(parsed), gateway, first, last)


def _parse(option: str, text: str) -> Subnet:
    try:
        return Subnet.parse(text)
    except ValueError as err:
        raise UsageError(f"{option}: {err}") from err


def _inside(option: str, address: str, subnet: Subnet) -> str:
    try:
        inside = address in subnet
    except ValueError as err:
        raise UsageError(f"{option}: {err}") from err
    if not inside:
        raise UsageError(f"{option} {address} is outside of the subnet {subnet}")
    return addresses.canonical(address)


def _range(text: str, subnet: Subnet) -> tuple[str, str]:
    """Return both ends of `10.89.0.128/25` (Docker) or `10.89.0.128-10.89.0.200` (Podman)."""
    first, dash, last = text.partition("-")
    if not dash:
        part = _parse("--ip-range", text)
        lowest, highest = max(part.first, subnet.usable[0]), min(part.last, subnet.usable[1])
        _inside("--ip-range", part.address(0), subnet)
        _inside("--ip-range", part.address(part.size - 1), subnet)
        return addresses.text(lowest, subnet.version), addresses.text(highest, subnet.version)
    ends = _inside("--ip-range", first, subnet), _inside("--ip-range", last, subnet)
    if addresses.number(ends[0]) > addresses.number(ends[1]):
        raise UsageError(f"--ip-range {text} ends before it begins")
    return ends


def _used(networks: Iterable[Network]) -> Iterator[tuple[Subnet, str]]:
    """Yield every subnet that is in use, and whose it is."""
    for network in networks:
        for config in network.subnets:
            yield Subnet.parse(config.subnet), f"the subnet of network {network.name}"
    yield Subnet.parse(_UPLINK), "which leads out of pod's networks"
    yield from _routes()


def _routes() -> Iterator[tuple[Subnet, str]]:
    """Yield what this machine has routes for, but for the default ones (proc(5), /proc/net/route)."""
    for fields in _table("/proc/net/route")[1:]:
        number = int.from_bytes(struct.pack("=I", int(fields[1], 16)), "big")
        prefix = int.from_bytes(struct.pack("=I", int(fields[7], 16)), "big").bit_count()
        if prefix:
            yield Subnet(4, number, prefix), f"which this machine reaches through {fields[0]}"
    for fields in _table("/proc/net/ipv6_route"):
        prefix = int(fields[1], 16)
        local = fields[0].startswith(("fe80", "ff")) or fields[-1] == "lo"
        if prefix and not local:
            yield Subnet(6, int(fields[0], 16), prefix), f"which this machine reaches through {fields[-1]}"


def _table(path: str) -> list[list[str]]:
    try:
        return [line.split() for line in files.read_bytes(path, 1 << 22).decode().splitlines() if line.strip()]
    except OSError:
        return []
