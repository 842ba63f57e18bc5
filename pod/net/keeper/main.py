"""The keeper's loop: one thread that answers clients and questions, one after the other.

A container's stay on its networks is its monitor's connection: when that ends, however it ends, the container's
interfaces, addresses and names go. With the last one goes the keeper, and with it the shared network namespace.
"""

from __future__ import annotations

import _signal
import _socket
import os
import select
import time

from pod.errors import NetworkError, PodError
from pod.linux import files, jsonfile, locks, process
from pod.net.keeper import bridges, protocol
from pod.net.keeper.bridges import Bridge, Stay, open_network
from pod.net.keeper.names import Member, Names
from pod.net.keeper.server import NameServer
from pod.net.keeper.shared import SharedNamespace
from pod.net.records import Network
from pod.network_values import Attachment, NetworkJoin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.net.keeper.foreign import ForeignNetwork

LINGER = 1.0  # seconds after the last container: the next one is often not far


class _Client:
    """A connection; with `container` it is that of a monitor, and `namespace` its container's."""

    def __init__(self, sock: _socket.socket) -> None:
        self.socket = sock
        self.container = ""
        self.namespace = -1


class Keeper:
    """The networks in use, who is on them, and the sockets to everybody."""

    def __init__(self, listener: _socket.socket, folder: str, lock: str, namespace: int) -> None:
        self._listener = listener
        self._folder = folder
        self._lock = locks.Lock(lock)
        self._shared = SharedNamespace(folder, namespace)
        self._bridges: dict[str, Bridge | ForeignNetwork] = {}
        self._members: dict[str, Member] = {}
        self._clients: dict[int, _Client] = {}
        self._names = Names()
        self._server = NameServer(self._names)
        self._ends_at: float | None = time.monotonic() + LINGER

    def run(self) -> None:
        """Serve until nobody needs it any more."""
        while self._ends_at is None or time.monotonic() < self._ends_at or not self._may_end():
            poll = select.poll()
            poll.register(self._listener.fileno(), select.POLLIN)
            if self._shared.uplink >= 0:
                poll.register(self._shared.uplink, select.POLLIN)
            tunnels = [bridge.process for bridge in self._bridges.values() if bridge.process >= 0]
            for fd in (*self._clients, *tunnels):
                poll.register(fd, select.POLLIN)
            self._server.register(poll)
            for fd, _event in poll.poll(_milliseconds(self._ends_at, self._server.due())):
                self._handle(fd)
            self._server.expire()

    def _handle(self, fd: int) -> None:
        if fd == self._listener.fileno():
            self._accept()
        elif fd == self._shared.uplink:
            self._shared.replace_uplink()
        elif fd in self._clients:
            self._serve(self._clients[fd])
        elif bridge := next((found for found in self._bridges.values() if found.process == fd), None):
            bridge.begin_tunnel()
        else:
            self._server.handle(fd)

    def _accept(self) -> bool:
        try:
            fd, _address = self._listener._accept()  # type: ignore[attr-defined]  # what socket.socket.accept wraps
        except OSError:
            return False
        self._clients[fd] = _Client(_socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET, 0, fd))
        self._ends_at = None
        return True

    def _may_end(self) -> bool:
        """True where nobody is about to connect: whoever is holds the lock, or waits in the listener's queue."""
        if not self._lock.acquire(wait=False):
            self._ends_at = time.monotonic() + LINGER
            return False
        if self._accept():
            self._lock.release()
            return False
        files.remove_file(f"{self._folder}/{protocol.SOCKET_NAME}")
        return True

    def _serve(self, client: _Client) -> None:
        try:
            request, fds = protocol.receive(client.socket)
        except (OSError, ValueError):
            request, fds = None, []
        if request is None:
            self._leave(client)
            return
        answer: dict[str, Any]
        given: list[int] = []
        try:
            answer, given = self._obey(client, request, fds)
        except PodError as err:
            answer = {"error": err.message, "hint": err.hint}
        except OSError as err:
            answer = {"error": f"the networks: {err.strerror}{f': {err.filename}' if err.filename else ''}"}
        finally:
            for fd in fds:
                if fd != client.namespace:
                    os.close(fd)
        try:
            protocol.send(client.socket, answer, given)
        except (OSError, NetworkError):
            self._leave(client)

    def _obey(self, client: _Client, request: dict[str, Any], fds: list[int]) -> tuple[dict[str, Any], list[int]]:
        verb = request["verb"]
        if verb == "join":
            return self._join(client, request, fds[0]), [self._shared.namespace]
        if verb == "connect":
            return self._connect(request), []
        if verb == "reload":
            self._reload(request["container"])
        elif verb == "disconnect":
            self._disconnect(request["container"], request["network"])
        elif verb == "rename":
            self._rename(request["container"], tuple(request["names"]))
        elif verb == "update":
            self._update(Network.from_json(request["network"]))
        elif verb == "status":
            return self._status(), [self._shared.namespace]
        else:
            raise NetworkError(f"the networks' keeper knows no request {verb!r}: another version of pod started it")
        return {}, []

    # --- coming

    def _join(self, client: _Client, request: dict[str, Any], namespace: int) -> dict[str, Any]:
        """Put a container on its networks, or take note of where it is already (`given`, after a keeper's death)."""
        container = request["container"]
        documents = {name: Network.from_json(document) for name, document in request["networks"].items()}
        given = tuple(Attachment.from_json(document) for document in request["given"])
        if not all(network.internal for network in documents.values()):
            self._shared.begin_uplink()
        client.container, client.namespace = container, namespace
        member = Member(container, tuple(request["names"]), (), request["links"], tuple(request["dns"]))
        self._members[container] = member
        try:
            for attachment in given:
                self._note(container, attachment, documents[attachment.network], namespace)
            for document in () if given else request["joins"]:
                join = NetworkJoin.from_json(document)
                self._attach(container, join, documents[join.network], namespace)
            self._shared.finish_uplink()
        except BaseException:
            self._forget(container)
            client.container, client.namespace = "", -1
            raise
        return {"attachments": [attachment.to_json() for attachment in self._members[container].attachments]}

    def _attach(
        self, container: str, join: NetworkJoin, network: Network, namespace: int, given: Attachment | None = None
    ) -> Attachment:
        bridge = self._bridge(network)
        member = self._members[container]
        interfaces = frozenset(attachment.interface for attachment in member.attachments)
        first = all(attachment.internal for attachment in member.attachments)
        stay = Stay(container, member.names[0], namespace, interfaces, first)
        try:
            attachment = bridge.attach(stay, join, given)
        except BaseException:
            self._drop_if_unused(bridge)
            raise
        self._add(container, bridge, attachment)
        return attachment

    def _note(self, container: str, attachment: Attachment, network: Network, namespace: int) -> None:
        """Take note of what a container has; where its wire is gone with an older shared namespace, make it again."""
        bridge = self._bridge(network)
        if bridge.note(Stay(container, self._members[container].names[0], namespace), attachment):
            self._add(container, bridge, attachment)
        else:
            self._attach(container, NetworkJoin(network.name), network, namespace, attachment)

    def _add(self, container: str, bridge: Bridge | ForeignNetwork, attachment: Attachment) -> None:
        bridge.containers.add(container)
        member = self._members[container]
        self._members[container] = member.replace(attachments=(*member.attachments, attachment))
        self._names.rebuild(self._members.values())

    def _bridge(self, network: Network) -> Bridge | ForeignNetwork:
        """Return the bridge of a network, made with its rules and its name server where it is not in use yet."""
        found = self._bridges.get(network.name)
        if found is not None:
            return found
        bridge = open_network(network, self._shared.links, self._shared.namespace)
        self._bridges[network.name] = bridge
        try:
            self._shared.set_rules(self._bridges.values())
            if network.dns_enabled and bridge.has_names:
                self._server.open(bridge, self._shared.namespace)
        except BaseException:
            self._drop_if_unused(bridge)
            raise
        return bridge

    # --- going

    def _leave(self, client: _Client) -> None:
        if client.container:
            self._forget(client.container)
        del self._clients[client.socket.fileno()]
        client.socket.close()
        if client.namespace >= 0:
            os.close(client.namespace)
        if not self._clients:
            self._ends_at = time.monotonic() + LINGER

    def _forget(self, container: str) -> None:
        member = self._members.get(container)
        if member is None:
            return
        for attachment in member.attachments:
            self._detach(container, attachment)
        del self._members[container]
        self._names.rebuild(self._members.values())

    def _detach(self, container: str, attachment: Attachment) -> None:
        bridge = self._bridges[attachment.network]
        member = self._members[container]
        bridge.detach(Stay(container, member.names[0], self._client_of(container).namespace), attachment)
        bridge.containers.discard(container)
        left = tuple(entry for entry in member.attachments if entry != attachment)
        self._members[container] = member.replace(attachments=left)
        self._drop_if_unused(bridge)

    def _drop_if_unused(self, bridge: Bridge | ForeignNetwork) -> None:
        if bridge.containers:
            return
        self._bridges.pop(bridge.network.name, None)
        self._server.close(bridge)
        bridge.close()
        self._shared.set_rules(self._bridges.values())

    # --- while it runs

    def _client_of(self, container: str) -> _Client:
        for client in self._clients.values():
            if client.container == container:
                return client
        raise NetworkError(f"container {container[:12]} is on no network")

    def _connect(self, request: dict[str, Any]) -> dict[str, Any]:
        container = request["container"]
        client = self._client_of(container)
        join = NetworkJoin.from_json(request["join"])
        network = Network.from_json(request["network"])
        if any(attachment.network == network.name for attachment in self._members[container].attachments):
            raise NetworkError(f"container {container[:12]} is on network {network.name} already")
        if not network.internal:
            self._shared.begin_uplink()
        attachment = self._attach(container, join, network, client.namespace)
        self._shared.finish_uplink()
        return {"attachments": [attachment.to_json()]}

    def _reload(self, container: str) -> None:
        """Make a running container's wires, and the rules for all, anew."""
        client = self._client_of(container)
        before = self._members[container].attachments
        documents = {entry.network: self._bridges[entry.network].network for entry in before}
        for attachment in before:
            self._detach(container, attachment)
        for attachment in before:
            join = NetworkJoin(attachment.network)
            self._attach(container, join, documents[attachment.network], client.namespace, attachment)
        self._shared.set_rules(self._bridges.values())

    def _disconnect(self, container: str, network: str) -> None:
        member = self._members.get(container)
        found = [entry for entry in member.attachments if entry.network == network] if member else []
        for attachment in found:
            self._detach(container, attachment)
            self._lead_out(container, attachment)
        self._names.rebuild(self._members.values())

    def _lead_out(self, container: str, gone: Attachment) -> None:
        """Give a container the default route of its next network when it has left the one that had it."""
        left = [entry for entry in self._members[container].attachments if not entry.internal]
        if left and not gone.internal:
            namespace = self._client_of(container).namespace
            bridges.lead_out(self._bridges[left[0].network].network, left[0], namespace)

    def _rename(self, container: str, names: tuple[str, ...]) -> None:
        if container in self._members:
            self._members[container] = self._members[container].replace(names=names)
            self._names.rebuild(self._members.values())

    def _update(self, network: Network) -> None:
        if network.name in self._bridges:
            self._bridges[network.name].network = network

    def _status(self) -> dict[str, Any]:
        return {
            "keeper": os.getpid(),
            "uplink": self._shared.uplink_pid if self._shared.uplink >= 0 else 0,
            "networks": {name: sorted(bridge.containers) for name, bridge in self._bridges.items()},
        }


def _milliseconds(*moments: float | None) -> float | None:
    known = [moment for moment in moments if moment is not None]
    return max(0.0, min(known) - time.monotonic()) * 1000 + 1 if known else None


def main(argv: list[str]) -> None:
    """Run in a bare interpreter: the listening socket and the namespace, if there is one, are inherited."""
    document = jsonfile.loads(argv[0])
    for number in (_signal.SIGINT, _signal.SIGPIPE, _signal.SIGHUP):
        _signal.signal(number, _signal.SIG_IGN)
    process.set_title("pod: networks", "pod-networks")
    listener = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET, 0, document["listener"])
    listener.setblocking(False)
    for fd in (document["listener"], document["namespace"]):
        if fd >= 0:
            os.set_inheritable(fd, False)
    Keeper(listener, document["folder"], document["lock"], document["namespace"]).run()
