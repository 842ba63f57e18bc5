"""Interfaces, addresses and routes of one network namespace, through rtnetlink (rtnetlink(7))."""

from __future__ import annotations

import errno
import struct

from pod.net import addresses
from pod.net.netlink import (
    NETLINK_ROUTE,
    NLM_F_CREATE,
    NLM_F_EXCL,
    Netlink,
    attribute,
    nested,
    parse_attributes,
    string,
    u32,
)

_RTM_NEWLINK, _RTM_DELLINK, _RTM_GETLINK = 16, 17, 18
_RTM_NEWADDR, _RTM_NEWROUTE, _RTM_NEWRULE = 20, 24, 32
_IFLA_ADDRESS, _IFLA_IFNAME, _IFLA_MTU, _IFLA_MASTER, _IFLA_LINKINFO, _IFLA_NET_NS_FD = 1, 3, 4, 10, 18, 28
_IFLA_INFO_KIND, _IFLA_INFO_DATA, _VETH_INFO_PEER = 1, 2, 1
_IFA_ADDRESS, _IFA_LOCAL, _IFA_FLAGS, _IFA_F_NODAD = 1, 2, 8, 0x02
_RTA_DST, _RTA_OIF, _RTA_GATEWAY, _RTA_PRIORITY, _RTA_TABLE = 1, 4, 5, 6, 15
_FRA_FWMARK, _FRA_TABLE = 10, 15
_RTN_UNICAST, _RTN_LOCAL, _RTPROT_BOOT, _RT_SCOPE_HOST, _FR_ACT_TO_TBL = 1, 2, 3, 254, 1
_RT_TABLE_MAIN = 254
_IFF_UP = 1


class Links:
    """The interfaces of the network namespace in which it was made. Every failure is an OSError with the name."""

    def __init__(self) -> None:
        self._netlink = Netlink(NETLINK_ROUTE)

    def close(self) -> None:
        self._netlink.close()

    def names(self) -> dict[str, int]:
        """Return the index of every interface by its name."""
        found = {}
        for body in self._netlink.dump(_RTM_GETLINK, _ifinfo()):
            index = struct.unpack_from("=i", body, 4)[0]
            found[parse_attributes(body[16:])[_IFLA_IFNAME].rstrip(b"\0").decode()] = index
        return found

    def add_bridge(self, name: str, mtu: int, mac: str) -> None:
        """Make a bridge that is not up yet.

        Without an address of its own it would take that of one of its ports, and change it when that one leaves: all
        others would look for the gateway in vain until they forget the old one.
        """
        info = nested(_IFLA_LINKINFO, string(_IFLA_INFO_KIND, "bridge"))
        attributes = string(_IFLA_IFNAME, name) + u32(_IFLA_MTU, mtu) + _mac(mac)
        self._new_link(name, attributes + info)

    def add_veth(self, name: str, master: int, mtu: int, peer: str, peer_mac: str, namespace: int) -> None:
        """Make a pair: one end here, up and in a bridge; the other in another namespace (a descriptor)."""
        other = string(_IFLA_IFNAME, peer) + u32(_IFLA_MTU, mtu) + u32(_IFLA_NET_NS_FD, namespace)
        other += _mac(peer_mac)
        data = nested(_IFLA_INFO_DATA, attribute(_VETH_INFO_PEER, _ifinfo() + other))
        info = nested(_IFLA_LINKINFO, string(_IFLA_INFO_KIND, "veth"), data)
        attributes = string(_IFLA_IFNAME, name) + u32(_IFLA_MTU, mtu) + u32(_IFLA_MASTER, master) + info
        self._new_link(name, attributes, up=True)

    def put_into_bridge(self, name: str, master: int, mtu: int) -> None:
        """Make an interface that is there a port of a bridge, and set it up."""
        content = _ifinfo(self.index(name), up=True) + u32(_IFLA_MTU, mtu) + u32(_IFLA_MASTER, master)
        self._netlink.request(_RTM_NEWLINK, content, subject=name)

    def _new_link(self, name: str, attributes: bytes, *, up: bool = False) -> None:
        self._netlink.request(_RTM_NEWLINK, _ifinfo(up=up) + attributes, NLM_F_CREATE | NLM_F_EXCL, name)

    def index(self, name: str) -> int:
        """Return the index of an interface. Raises OSError where there is none."""
        found = self.names().get(name)
        if found is None:
            raise OSError(errno.ENODEV, "no such interface", name)
        return found

    def set_up(self, index: int) -> None:
        self._netlink.request(_RTM_NEWLINK, _ifinfo(index, up=True), subject=f"interface {index}")

    def remove(self, name: str) -> None:
        """Remove an interface, and with a veth its other end. One that is gone is no error."""
        try:
            self._netlink.request(_RTM_DELLINK, _ifinfo() + string(_IFLA_IFNAME, name), subject=name)
        except OSError as err:
            if err.errno != errno.ENODEV:
                raise

    def add_address(self, index: int, address: str, prefix: int) -> None:
        """Give an interface an address, usable at once: nobody else can have it, so no detection of duplicates."""
        raw = addresses.packed(address)
        header = struct.pack("=BBBBi", addresses.family(address), prefix, 0, 0, index)
        flags = u32(_IFA_FLAGS, _IFA_F_NODAD) if ":" in address else b""
        content = header + attribute(_IFA_LOCAL, raw) + attribute(_IFA_ADDRESS, raw) + flags
        self._netlink.request(_RTM_NEWADDR, content, NLM_F_CREATE | NLM_F_EXCL, address)

    def add_route(self, index: int, gateway: str, destination: str = "", metric: int = 0) -> None:
        """Route a subnet, or everything that nothing else is said about, through a gateway."""
        prefix = 0
        attributes = attribute(_RTA_GATEWAY, addresses.packed(gateway)) + u32(_RTA_OIF, index)
        if destination:
            subnet = addresses.Subnet.parse(destination)
            prefix = subnet.prefix
            attributes += attribute(_RTA_DST, addresses.packed(subnet.address(0)))
        if metric:
            attributes += u32(_RTA_PRIORITY, metric)
        family = addresses.family(gateway)
        header = struct.pack("=BBBBBBBBI", family, prefix, 0, 0, _RT_TABLE_MAIN, _RTPROT_BOOT, 0, _RTN_UNICAST, 0)
        self._netlink.request(_RTM_NEWROUTE, header + attributes, NLM_F_CREATE | NLM_F_EXCL, destination or gateway)

    def deliver_marked(self, family: int, mark: int, table: int, loopback: int) -> None:
        """Take every packet with a mark for our own, whatever its destination (for sockets with IP_TRANSPARENT)."""
        rule = struct.pack("=BBBBBBBBI", family, 0, 0, 0, 0, 0, 0, _FR_ACT_TO_TBL, 0)
        flags = NLM_F_CREATE | NLM_F_EXCL
        self._netlink.request(_RTM_NEWRULE, rule + u32(_FRA_FWMARK, mark) + u32(_FRA_TABLE, table), flags, "rule")
        scope = _RT_SCOPE_HOST
        route = struct.pack("=BBBBBBBBI", family, 0, 0, 0, 0, _RTPROT_BOOT, scope, _RTN_LOCAL, 0)
        self._netlink.request(_RTM_NEWROUTE, route + u32(_RTA_OIF, loopback) + u32(_RTA_TABLE, table), flags, "route")


def _mac(text: str) -> bytes:
    return attribute(_IFLA_ADDRESS, bytes.fromhex(text.replace(":", "")))


def _ifinfo(index: int = 0, *, up: bool = False) -> bytes:
    flags = _IFF_UP if up else 0
    return struct.pack("=BxHiII", 0, 0, index, flags, flags)
