"""Rules of nftables, written straight to the kernel: neither nft(8) nor libnftables need be there.

A rule is a list of expressions, each an instruction that loads, compares or decides (linux/netfilter/nf_tables.h).
`replace_table` puts a whole table in place of the last one in one transaction: there is no moment without rules.
"""

from __future__ import annotations

import struct

from pod.net import addresses
from pod.net.netlink import (
    NETLINK_NETFILTER,
    NLM_F_ACK,
    NLM_F_APPEND,
    NLM_F_CREATE,
    Netlink,
    attribute,
    be32,
    message,
    nested,
    string,
)
from pod.record import Record

_SUBSYSTEM = 10
_NEWTABLE, _DELTABLE, _NEWCHAIN, _NEWRULE = ((_SUBSYSTEM << 8) | number for number in (0, 2, 3, 6))
_BATCH_BEGIN, _BATCH_END = 0x10, 0x11
_INET = 1

PREROUTING, INPUT, FORWARD, POSTROUTING = 0, 1, 2, 4
DROP, ACCEPT = 0, 1
ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58

_META_MARK, _META_IIFNAME, _META_OIFNAME, _META_NFPROTO, _META_L4PROTO = 3, 6, 7, 15, 16
_NETWORK_HEADER, _TRANSPORT_HEADER = 1, 2
_EQUAL, _NOT_EQUAL = 0, 1
_REGISTER = 1
_ESTABLISHED_OR_RELATED = 0b110
_NAME_SIZE = 16


class Chain(Record):
    """A chain of a table: where the kernel walks it, and its rules; a rule is the bytes of its expressions."""

    name: str
    hook: int
    priority: int
    rules: tuple[bytes, ...]
    type: str = "filter"
    policy: int = ACCEPT


def replace_table(netlink: Netlink, name: str, chains: list[Chain]) -> None:
    """Put a table in place of the one of that name. Raises OSError."""
    table = string(1, name)
    parts = [(_NEWTABLE, table, NLM_F_CREATE), (_DELTABLE, table, 0), (_NEWTABLE, table, NLM_F_CREATE)]
    for chain in chains:
        hook = nested(4, be32(1, chain.hook), be32(2, chain.priority))
        content = table_of(name) + string(3, chain.name) + hook + be32(5, chain.policy) + string(7, chain.type)
        parts.append((_NEWCHAIN, content, NLM_F_CREATE))
        for rule in chain.rules:
            content = table_of(name) + string(2, chain.name) + nested(4, rule)
            parts.append((_NEWRULE, content, NLM_F_CREATE | NLM_F_APPEND))
    batch = [message(_BATCH_BEGIN, 0, 0, _header(0, _SUBSYSTEM))]
    batch += [message(kind, flags | NLM_F_ACK, at, _header() + content) for at, (kind, content, flags) in _count(parts)]
    batch.append(message(_BATCH_END, 0, len(parts) + 1, _header(0, _SUBSYSTEM)))
    netlink.send(b"".join(batch), f"nftables table {name}")


def open_netlink() -> Netlink:
    """Return a socket for `replace_table`, in the network namespace of the caller."""
    return Netlink(NETLINK_NETFILTER)


def table_of(name: str) -> bytes:
    """The attribute that says which table a chain or a rule belongs to."""
    return string(1, name)


def _count(parts: list[tuple[int, bytes, int]]) -> list[tuple[int, tuple[int, bytes, int]]]:
    return list(enumerate(parts, 1))


def _header(family: int = _INET, resource: int = 0) -> bytes:
    return struct.pack(">BBH", family, 0, resource)


def _expression(name: str, *attributes: bytes) -> bytes:
    return nested(1, string(1, name), nested(2, *attributes))


def _compare(operator: int, value: bytes) -> bytes:
    return _expression("cmp", be32(1, _REGISTER), be32(2, operator), nested(3, attribute(1, value)))


def _meta(key: int) -> bytes:
    return _expression("meta", be32(1, _REGISTER), be32(2, key))


def _payload(base: int, offset: int, length: int) -> bytes:
    return _expression("payload", be32(1, _REGISTER), be32(2, base), be32(3, offset), be32(4, length))


def comes_in_by(interface: str) -> bytes:
    """iifname == …"""
    return _meta(_META_IIFNAME) + _compare(_EQUAL, interface.encode().ljust(_NAME_SIZE, b"\0"))


def goes_out_by(interface: str) -> bytes:
    """oifname == …"""
    return _meta(_META_OIFNAME) + _compare(_EQUAL, interface.encode().ljust(_NAME_SIZE, b"\0"))


def is_for(address: str) -> bytes:
    """ip daddr == …, or ip6 daddr."""
    raw = addresses.packed(address)
    family, offset = (10, 24) if len(raw) == 16 else (2, 16)
    right_family = _meta(_META_NFPROTO) + _compare(_EQUAL, bytes([family]))
    return right_family + _payload(_NETWORK_HEADER, offset, len(raw)) + _compare(_EQUAL, raw)


def is_protocol(protocol: int) -> bytes:
    """meta l4proto == …"""
    return _meta(_META_L4PROTO) + _compare(_EQUAL, bytes([protocol]))


def is_to_port(port: int) -> bytes:
    """th dport == …, behind is_protocol."""
    return _payload(_TRANSPORT_HEADER, 2, 2) + _compare(_EQUAL, port.to_bytes(2, "big"))


def belongs_to_connection() -> bytes:
    """ct state established,related"""
    mask, zero = struct.pack("=I", _ESTABLISHED_OR_RELATED), struct.pack("=I", 0)
    state = _expression("ct", be32(1, _REGISTER), be32(2, 0))
    masked = _expression(
        "bitwise",
        be32(1, _REGISTER),
        be32(2, _REGISTER),
        be32(3, 4),
        nested(4, attribute(1, mask)),
        nested(5, attribute(1, zero)),
    )
    return state + masked + _compare(_NOT_EQUAL, zero)


def belongs_to_transparent_socket() -> bytes:
    """socket transparent 1"""
    return _expression("socket", be32(1, 0), be32(2, _REGISTER)) + _compare(_EQUAL, b"\1")


def set_mark(mark: int) -> bytes:
    """meta mark set …"""
    value = nested(2, attribute(1, struct.pack("=I", mark)))
    return _expression("immediate", be32(1, _REGISTER), value) + _expression("meta", be32(2, _META_MARK), be32(3, 1))


def accept() -> bytes:
    return _expression("immediate", be32(1, 0), nested(2, nested(2, be32(1, ACCEPT))))


def masquerade() -> bytes:
    return _expression("masq")
