"""Asking the other machines of overlay networks for the names of their containers, through the same tunnel.

Whoever is asked answers for its own containers only. The first machine that knows a name is believed.
"""

from __future__ import annotations

import os
import time

from pod.net.keeper import dns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pod.net.keeper.dns import Question
    from pod.net.keeper.names import Names
    from pod.net.keeper.overlay import Carrier, Overlay

_PATIENCE = 0.5  # seconds: a machine that is not there is not waited for
_MOST = 512


class _Asked:
    """A question that machines are being asked, and what to do with what they say; None where none knows."""

    def __init__(self, networks: Sequence[Overlay], then: Callable[[bytes | None], None]) -> None:
        self.networks = networks
        self.silent = sum(len(network.peers) for network in networks)
        self.then = then
        self.deadline = time.monotonic() + _PATIENCE


class Neighbours:
    """The questions to other machines, and theirs to us."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._asked: dict[bytes, _Asked] = {}

    def may_know(self, question: Question) -> bool:
        """True for a name that a container can have, or an address: the world's names have dots."""
        return "." not in question.name or dns.reversed_address(question.name) != ""

    def ask(self, networks: Sequence[Overlay], query: bytes, then: Callable[[bytes | None], None]) -> None:
        """Ask all machines on some networks; `then` is called once, with an answer to the query or None."""
        number = os.urandom(2)
        if number in self._asked or len(self._asked) >= _MOST:
            then(None)
            return
        self._asked[number] = _Asked(networks, lambda answer: then(answer and query[:2] + answer[2:]))
        for network in networks:
            network.say(number + query[2:])

    def receive(self, carrier: Carrier) -> None:
        """Take the next message that came by a port."""
        message = carrier.receive()
        if message is None:
            return
        network, peer, data = message
        if len(data) > 3 and data[2] & 0x80:
            self._take_answer(network, data)
        elif question := dns.parse_question(data):
            found = self._names.answer(question, network.network.name, None)
            network.say(found or dns.answer(question, [], dns.NXDOMAIN), peer)

    def _take_answer(self, network: Overlay, answer: bytes) -> None:
        asked = self._asked.get(answer[:2])
        if asked is None or network not in asked.networks:
            return
        asked.silent -= 1
        known = dns.code(answer) == dns.NOERROR
        if known or asked.silent <= 0:
            del self._asked[answer[:2]]
            asked.then(answer if known else None)

    def due(self) -> Iterable[float]:
        """Return when the machines are not waited for any longer."""
        return [asked.deadline for asked in self._asked.values()]

    def expire(self, now: float) -> None:
        """Go on without those that have not answered."""
        for number in [number for number, asked in self._asked.items() if asked.deadline <= now]:
            self._asked.pop(number).then(None)
