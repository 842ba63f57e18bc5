"""Which container is on which networks: coming, going, and what changes in between.

What may have to wait for somebody else, a driver, is a generator: it yields a descriptor and goes on when that is
readable. The keeper serves others meanwhile.
"""

from __future__ import annotations

import os

from pod.errors import NetworkError
from pod.net.keeper import bridges
from pod.net.keeper.bridges import Bridge, Stay, open_network
from pod.net.keeper.ledger import Ledger
from pod.net.keeper.names import Member, Names
from pod.net.keeper.protocol import NotJoined
from pod.net.keeper.server import NameServer
from pod.net.keeper.shared import SharedNamespace
from pod.net.records import Network
from pod.network_values import Attachment, NetworkJoin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

    from pod.net.keeper.foreign import ForeignNetwork


class Stays:
    """The containers, their networks and their names. `later` is given what is to be gone on with in the background."""

    def __init__(
        self, shared: SharedNamespace, ledger: Ledger, later: Callable[[Generator[int, None, None]], None]
    ) -> None:
        self._shared = shared
        self._ledger = ledger
        self._later = later
        self._bridges: dict[str, Bridge | ForeignNetwork] = {}
        self._members: dict[str, Member] = {}
        self._namespaces: dict[str, int] = {}
        self._names = Names()
        self.server = NameServer(self._names, shared.carriers)

    def processes(self) -> dict[int, Bridge | ForeignNetwork]:
        """Return the networks that need a process, by the descriptor that tells of its end."""
        return {bridge.process: bridge for bridge in self._bridges.values() if bridge.process >= 0}

    def __contains__(self, container: str) -> bool:
        return container in self._members

    # --- coming

    def join(self, request: dict[str, Any], namespace: int) -> Generator[int, None, dict[str, Any]]:
        """Put a container on its networks, or take note of where it is already (`given`, after a keeper's death).

        The descriptor of its namespace is ours from now on, if this succeeds. Raises OSError, PodError.
        """
        container = request["container"]
        if container in self._members:
            raise NetworkError(f"container {container[:12]} is still leaving its networks", hint="try again")
        documents = {name: Network.from_json(document) for name, document in request["networks"].items()}
        given = tuple(Attachment.from_json(document) for document in request["given"])
        if not all(network.internal for network in documents.values()):
            self._shared.begin_uplink()
        member = Member(container, tuple(request["names"]), (), request["links"], tuple(request["dns"]))
        self._members[container] = member
        self._namespaces[container] = os.dup(namespace)
        try:
            for attachment in given:
                yield from self._note(container, attachment, documents[attachment.network])
            for document in () if given else request["joins"]:
                join = NetworkJoin.from_json(document)
                yield from self._attach(container, join, documents[join.network])
            self._shared.finish_uplink()
        except BaseException:
            self.forget(container)
            raise
        self._ledger.settle(container, self._members.values())
        return self._answer(self._members[container].attachments)

    def _answer(self, attachments: tuple[Attachment, ...]) -> dict[str, Any]:
        return {"attachments": [attachment.to_json() for attachment in attachments]}

    def _stay(self, container: str) -> Stay:
        member = self._members[container]
        interfaces = frozenset(attachment.interface for attachment in member.attachments)
        first = all(attachment.internal for attachment in member.attachments)
        return Stay(container, member.names[0], self._namespaces[container], interfaces, first)

    def _attach(
        self, container: str, join: NetworkJoin, network: Network, given: Attachment | None = None
    ) -> Generator[int, None, Attachment]:
        bridge = self._bridge(network)
        try:
            attachment = yield from bridge.attach(self._stay(container), join, given)
        except BaseException:
            self._drop_if_unused(bridge)
            raise
        self._add(container, bridge, attachment)
        return attachment

    def _note(self, container: str, attachment: Attachment, network: Network) -> Generator[int, None, None]:
        """Take note of what a container has; where its wire is gone with an older shared namespace, make it again."""
        bridge = self._bridge(network)
        if bridge.note(self._stay(container), attachment):
            self._add(container, bridge, attachment)
        else:
            yield from self._attach(container, NetworkJoin(network.name), network, attachment)

    def _add(self, container: str, bridge: Bridge | ForeignNetwork, attachment: Attachment) -> None:
        bridge.containers.add(container)
        member = self._members[container]
        self._change(member.replace(attachments=(*member.attachments, attachment)))

    def _change(self, member: Member) -> None:
        self._members[member.id] = member
        self._take_note()

    def _take_note(self) -> None:
        """Make known who is here now, and what they have."""
        self._names.rebuild(self._members.values())
        self._ledger.write(self._members.values())

    def _bridge(self, network: Network) -> Bridge | ForeignNetwork:
        """Return the bridge of a network, made with its rules and its name server where it is not in use yet."""
        found = self._bridges.get(network.name)
        if found is not None:
            return found
        bridge = open_network(network, self._shared)
        bridge.expect(self._ledger.expected(network.name), self._ledger.until)
        self._bridges[network.name] = bridge
        try:
            self._shared.set_rules(self._bridges.values())
            if network.dns_enabled and bridge.has_names:
                self.server.open(bridge, self._shared.namespace)
        except BaseException:
            self._drop_if_unused(bridge)
            raise
        return bridge

    # --- going

    def forget(self, container: str) -> None:
        """Take a container off all its networks; whatever a driver has to do for that goes on in the background."""
        member = self._members.pop(container, None)
        if member is None:
            return
        self._take_note()
        namespace = self._namespaces.pop(container)
        for attachment in member.attachments:
            self._later(self._detach(Stay(container, member.names[0], os.dup(namespace)), attachment, owned=True))
        os.close(namespace)

    def _detach(self, stay: Stay, attachment: Attachment, *, owned: bool = False) -> Generator[int, None, None]:
        """Remove a container's end of a network; with `owned` the descriptor of its namespace is closed then."""
        bridge = self._bridges[attachment.network]
        try:
            yield from bridge.detach(stay, attachment)
        finally:
            if owned:
                os.close(stay.namespace)
            bridge.containers.discard(stay.container)
            self._drop_if_unused(bridge)

    def _drop_if_unused(self, bridge: Bridge | ForeignNetwork) -> None:
        if bridge.containers or self._bridges.pop(bridge.network.name, None) is None:
            return
        self.server.close(bridge)
        bridge.close()
        self._shared.set_rules(self._bridges.values())

    # --- while it runs

    def _member(self, container: str) -> Member:
        if container not in self._members:
            raise NotJoined(f"container {container[:12]} is on no network", hint="its monitor is still to say on which")
        return self._members[container]

    def connect(self, request: dict[str, Any]) -> Generator[int, None, dict[str, Any]]:
        """Put a running container on one more network. Raises OSError, PodError."""
        container = request["container"]
        join = NetworkJoin.from_json(request["join"])
        network = Network.from_json(request["network"])
        if any(attachment.network == network.name for attachment in self._member(container).attachments):
            raise NetworkError(f"container {container[:12]} is on network {network.name} already")
        if not network.internal:
            self._shared.begin_uplink()
        attachment = yield from self._attach(container, join, network)
        self._shared.finish_uplink()
        return self._answer((attachment,))

    def reload(self, container: str) -> Generator[int, None, dict[str, Any]]:
        """Make a running container's wires, and the rules for all, anew."""
        before = self._member(container).attachments
        documents = {entry.network: self._bridges[entry.network].network for entry in before}
        for attachment in before:
            yield from self._part(container, attachment)
        for attachment in before:
            yield from self._attach(
                container, NetworkJoin(attachment.network), documents[attachment.network], attachment
            )
        self._shared.set_rules(self._bridges.values())
        return {}

    def disconnect(self, container: str, network: str) -> Generator[int, None, dict[str, Any]]:
        """Take a running container off a network."""
        for attachment in self._member(container).attachments:
            if attachment.network == network:
                yield from self._part(container, attachment)
                self._lead_out(container, attachment)
        return {}

    def _part(self, container: str, attachment: Attachment) -> Generator[int, None, None]:
        """Take a container that runs on off one of its networks."""
        stay, member = self._stay(container), self._members[container]
        left = tuple(entry for entry in member.attachments if entry != attachment)
        self._change(member.replace(attachments=left))
        yield from self._detach(stay, attachment)

    def _lead_out(self, container: str, gone: Attachment) -> None:
        """Give a container the default route of its next network when it has left the one that had it."""
        left = [entry for entry in self._members[container].attachments if not entry.internal]
        if left and not gone.internal:
            network = self._bridges[left[0].network].network
            bridges.lead_out(network, left[0], self._namespaces[container])

    def rename(self, container: str, names: tuple[str, ...]) -> None:
        """Let a container be found by other names."""
        if container in self._members:
            self._change(self._members[container].replace(names=names))

    def update(self, network: Network) -> None:
        """Take over a network's new document, where it is in use."""
        if network.name in self._bridges:
            self._bridges[network.name].network = network

    def in_use(self) -> dict[str, list[str]]:
        """Return the containers on each network that is in use."""
        return {name: sorted(bridge.containers) for name, bridge in self._bridges.items()}
