"""Addresses and subnets as numbers: what `ipaddress` does, where importing that (5 ms, 1 MB) would be too much."""

from __future__ import annotations

from _socket import AF_INET, AF_INET6, inet_ntop, inet_pton

from pod.record import Record

BITS = {4: 32, 6: 128}
_FAMILIES = {4: AF_INET, 6: AF_INET6}


def version_of(address: str) -> int:
    """Return 4 or 6. Raises ValueError for what is no address."""
    version = 6 if ":" in address else 4
    try:
        inet_pton(_FAMILIES[version], address)
    except OSError as err:
        raise ValueError(f"{address!r:.60} is no IP address") from err
    return version


def family(address: str) -> int:
    """Return the address family, for socket(2)."""
    return AF_INET6 if ":" in address else AF_INET


def packed(address: str) -> bytes:
    """Return an address as the kernel has it. Raises ValueError."""
    return inet_pton(_FAMILIES[version_of(address)], address)


def number(address: str) -> int:
    """Return an address as a number. Raises ValueError."""
    return int.from_bytes(packed(address), "big")


def text(value: int, version: int) -> str:
    """Return a number as an address."""
    return inet_ntop(_FAMILIES[version], value.to_bytes(BITS[version] // 8, "big"))


def canonical(address: str) -> str:
    """Return an address as the kernel writes it (fd00::1 for FD00:0::1). Raises ValueError."""
    return text(number(address), version_of(address))


class Subnet(Record):
    """A range of addresses that begin with the same bits."""

    version: int
    first: int  # the network's own address
    prefix: int

    @classmethod
    def parse(cls, subnet: str) -> Subnet:
        """Read `10.89.0.0/24`; bits behind the prefix are cleared. Raises ValueError."""
        address, slash, length = subnet.partition("/")
        version = version_of(address)
        if not slash or not (length.isascii() and length.isdigit()) or int(length) > BITS[version]:
            raise ValueError(f"{subnet!r:.60} is no subnet: it is written 10.89.0.0/24 or fd00:1::/64")
        prefix = int(length)
        size = 1 << (BITS[version] - prefix)
        return cls(version, number(address) // size * size, prefix)

    @property
    def size(self) -> int:
        return 1 << (BITS[self.version] - self.prefix)

    @property
    def last(self) -> int:
        return self.first + self.size - 1

    def __str__(self) -> str:
        return f"{text(self.first, self.version)}/{self.prefix}"

    def __contains__(self, address: str) -> bool:
        return version_of(address) == self.version and self.first <= number(address) <= self.last

    def overlaps(self, other: Subnet) -> bool:
        """True where an address is in both."""
        return self.version == other.version and self.first <= other.last and other.first <= self.last

    def address(self, offset: int) -> str:
        """Return the address at a distance from the beginning."""
        return text(self.first + offset, self.version)

    @property
    def usable(self) -> tuple[int, int]:
        """The first and the last number that a machine can have: not the network's own, not IPv4's broadcast."""
        if self.size <= 2:
            return self.first, self.last
        return self.first + 1, self.last - (1 if self.version == 4 else 0)
