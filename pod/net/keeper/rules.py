"""Who may send what to whom in the shared network namespace, as one table of nftables.

It is made anew from the bridges that there are; no container has a rule of its own. Docker isolates networks from each
other, Podman does not unless told so: a container that is on one network only should not reach another.
"""

from __future__ import annotations

from pod.net import nftables as nft
from pod.net.nftables import Chain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from pod.net.keeper.bridges import Bridge
    from pod.net.keeper.foreign import ForeignNetwork

TABLE = "pod"
MARK, ROUTING_TABLE = 1, 100
_DNS = 53
_MANGLE, _SOURCE_NAT = -150, 100


def chains(bridges: Collection[Bridge | ForeignNetwork], uplink: str) -> list[Chain]:
    """Return the table: what leaves, what passes, what we take ourselves."""
    known = nft.belongs_to_connection() + nft.accept()
    # Answers to connections that a forwarder makes in the name of a client: to us, whatever their destination.
    ours = nft.belongs_to_transparent_socket() + nft.set_mark(MARK) + nft.accept()
    transparent = tuple(nft.is_protocol(protocol) + ours for protocol in (nft.TCP, nft.UDP))
    masquerade = nft.goes_out_by(uplink) + nft.masquerade()
    return [
        Chain("transparent", nft.PREROUTING, _MANGLE, transparent),
        Chain("source", nft.POSTROUTING, _SOURCE_NAT, (masquerade,), type="nat"),
        Chain("forward", nft.FORWARD, 0, (known, *_passing(bridges, uplink)), policy=nft.DROP),
        Chain("input", nft.INPUT, 0, (known, *_incoming(bridges, uplink)), policy=nft.DROP),
    ]


def _passing(bridges: Collection[Bridge | ForeignNetwork], uplink: str) -> list[bytes]:
    rules = []
    for bridge in bridges:
        arrives = nft.comes_in_by(bridge.name)
        rules.append(arrives + nft.goes_out_by(bridge.name) + nft.accept())
        if not bridge.network.internal:
            rules.append(arrives + nft.goes_out_by(uplink) + nft.accept())
        if bridge.network.isolated:
            continue
        for other in bridges:
            if other is not bridge and not other.network.isolated:
                rules.append(arrives + nft.goes_out_by(other.name) + nft.accept())
    return rules


def _incoming(bridges: Collection[Bridge | ForeignNetwork], uplink: str) -> list[bytes]:
    """A container may ask its own gateway for names and for a sign of life, and nothing else of ours."""
    rules = [nft.comes_in_by("lo") + nft.accept(), nft.comes_in_by(uplink) + nft.is_protocol(nft.ICMPV6) + nft.accept()]
    for bridge in bridges:
        arrives = nft.comes_in_by(bridge.name)
        rules.append(arrives + nft.is_protocol(nft.ICMPV6) + nft.accept())  # neighbours are found with it
        for gateway in bridge.gateways:
            ours = arrives + nft.is_for(gateway)
            rules.append(ours + nft.is_protocol(nft.ICMP) + nft.accept())
            if bridge.network.dns_enabled:
                rules += [ours + nft.is_protocol(p) + nft.is_to_port(_DNS) + nft.accept() for p in (nft.UDP, nft.TCP)]
    return rules
