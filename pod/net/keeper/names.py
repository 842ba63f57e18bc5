"""Who is called what: the containers on the networks, and the answers that follow from them."""

from __future__ import annotations

from pod.net.keeper import dns
from pod.net.keeper.dns import Question
from pod.network_values import Attachment
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Member(Record):
    """A running container: what it is called on every network, and what it calls others (`--link`)."""

    id: str
    names: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    links: dict[str, str] = {}  # what it calls another: that one's name
    dns: tuple[str, ...] = ()  # servers of its own to forward to


class Names:
    """The names on all networks. Rebuilt whenever a container comes or goes, which is rarer than a question."""

    def __init__(self) -> None:
        self._by_name: dict[tuple[str, str], list[Attachment]] = {}
        self._by_address: dict[tuple[str, str], str] = {}
        self._owners: dict[tuple[str, str], Member] = {}
        self._turn = 0

    def rebuild(self, members: Iterable[Member]) -> None:
        """Take over who there is now."""
        self._by_name.clear()
        self._by_address.clear()
        self._owners.clear()
        for member in members:
            for attachment in member.attachments:
                network = attachment.network
                for name in {name.lower() for name in (*member.names, *attachment.aliases)}:
                    self._by_name.setdefault((network, name), []).append(attachment)
                for address in filter(None, (attachment.ip, attachment.ip6)):
                    self._by_address[network, address] = member.names[0]
                    self._owners[network, address] = member

    def asker(self, network: str, address: str) -> Member | None:
        """Return the container that asks."""
        return self._owners.get((network, address))

    def answer(self, question: Question, network: str, asker: Member | None, *, limit: int = 0) -> bytes | None:
        """Return the answer to a question of a container on a network; None for what is none of our names."""
        networks = [attachment.network for attachment in asker.attachments] if asker else [network]
        if address := dns.reversed_address(question.name):
            return self._answer_reverse(question, networks, address, limit)
        name = asker.links.get(question.name, question.name).lower() if asker else question.name
        found = [attachment for network in networks for attachment in self._by_name.get((network, name), ())]
        if not found:
            return None
        wanted = {dns.A: ("ip",), dns.AAAA: ("ip6",), dns.ANY: ("ip", "ip6")}.get(question.type, ())
        addresses = [address for field in wanted for entry in found if (address := getattr(entry, field))]
        return dns.answer(question, [dns.address_record(a) for a in self._in_turn(addresses)], limit=limit)

    def _answer_reverse(self, question: Question, networks: list[str], address: str, limit: int) -> bytes | None:
        for network in networks:
            if name := self._by_address.get((network, address)):
                return dns.answer(question, [dns.pointer_record(name)], limit=limit)
        return None

    def _in_turn(self, addresses: list[str]) -> list[str]:
        """Let every address be the first in its turn."""
        self._turn += 1
        at = self._turn % len(addresses) if addresses else 0
        return addresses[at:] + addresses[:at]
