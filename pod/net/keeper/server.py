"""The name server: sockets on the gateways of the networks, answers of our own, the rest asked of the host's servers.

It runs in the host's network namespace, with sockets that were made in the shared one: so a resolver on the host's
loopback (127.0.0.53 of systemd-resolved) is asked like any other.
"""

from __future__ import annotations

import _socket
import os
import select
import time

from pod.net import addresses, namespaces
from pod.net.keeper import dns
from pod.net.keeper.names import Names
from pod.net.keeper.neighbours import Neighbours
from pod.net.keeper.resolvers import HostResolvers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from pod.net.keeper.bridges import Bridge
    from pod.net.keeper.dns import Question
    from pod.net.keeper.foreign import ForeignNetwork
    from pod.net.keeper.names import Member
    from pod.net.keeper.overlay import Carrier, Overlay

PORT = 53
_PATIENCE = 2.0  # seconds for one server's answer
_TRIES = 3
_CONVERSATION = 10.0  # seconds that a connection over TCP may last
_MOST_PENDING = 512
_MOST_CONNECTIONS = 64
_DATAGRAM = 1 << 16


class Endpoint:
    """Where one network is answered: a gateway's address, over UDP and TCP."""

    def __init__(self, bridge: Bridge | ForeignNetwork, address: str, namespace: int) -> None:
        self.bridge = bridge
        self.udp, self.tcp = namespaces.run_in(namespace, lambda: _bound(address))

    def close(self) -> None:
        self.udp.close()
        self.tcp.close()


def _bound(address: str) -> tuple[_socket.socket, _socket.socket]:
    family = addresses.family(address)
    udp = _socket.socket(family, _socket.SOCK_DGRAM | _socket.SOCK_CLOEXEC | _socket.SOCK_NONBLOCK)
    tcp = _socket.socket(family, _socket.SOCK_STREAM | _socket.SOCK_CLOEXEC | _socket.SOCK_NONBLOCK)
    tcp.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
    udp.bind((address, PORT))
    tcp.bind((address, PORT))
    tcp.listen(16)
    return udp, tcp


class _Forwarded:
    """A question that a server of the host's is asked: over UDP, or with `peer` over TCP."""

    def __init__(self, query: bytes, servers: Sequence[str], endpoint: Endpoint, client: tuple[Any, ...]) -> None:
        self.query = query
        self.servers = servers
        self.endpoint = endpoint
        self.client = client
        self.tries = 0
        self.deadline = 0.0
        self.id = b""


class _Connection:
    """A client's connection over TCP to one of our endpoints, or ours to a server on its behalf."""

    def __init__(self, sock: _socket.socket, endpoint: Endpoint | None, address: str, seconds: float) -> None:
        self.socket = sock
        self.endpoint = endpoint
        self.address = address
        self.received = b""
        self.to_send = b""
        self.query = b""  # what a server is asked
        self.other: _Connection | None = None
        self.waits = False  # for other machines
        self.servers: Sequence[str] = ()  # to be asked if this one does not answer
        self.deadline = time.monotonic() + seconds

    def message(self) -> bytes | None:
        """Return the first whole message, which two bytes with its length precede."""
        size = int.from_bytes(self.received[:2], "big")
        if len(self.received) < 2 or len(self.received) < size + 2:
            return None
        message, self.received = self.received[2 : size + 2], self.received[size + 2 :]
        return message


class NameServer:
    """All sockets of the name server. The keeper's loop registers them and hands over what happens."""

    def __init__(self, names: Names, carriers: dict[int, Carrier]) -> None:
        self._names = names
        self._host = HostResolvers()
        self._neighbours = Neighbours(names)
        self._carriers = carriers
        self._endpoints: dict[int, Endpoint] = {}  # by both descriptors
        self._pending: dict[int, tuple[_socket.socket, _Forwarded]] = {}
        self._connections: dict[int, _Connection] = {}

    def open(self, bridge: Bridge | ForeignNetwork, namespace: int) -> None:
        """Answer on the gateways of a network. Raises OSError."""
        for address in bridge.gateways:
            endpoint = Endpoint(bridge, address, namespace)
            self._endpoints[endpoint.udp.fileno()] = endpoint
            self._endpoints[endpoint.tcp.fileno()] = endpoint

    def close(self, bridge: Bridge | ForeignNetwork) -> None:
        """Stop answering for a network."""
        for fd in [fd for fd, endpoint in self._endpoints.items() if endpoint.bridge is bridge]:
            self._endpoints.pop(fd).close()

    def register(self, poll: select.poll) -> None:
        """Say what is waited for."""
        for fd in (*self._endpoints, *self._pending, *self._messages()):
            poll.register(fd, select.POLLIN)
        for fd, connection in self._connections.items():
            poll.register(fd, select.POLLOUT if connection.to_send else select.POLLIN)

    def _messages(self) -> dict[int, Carrier]:
        """Return who carries overlay networks, by the descriptor on which other machines' messages come."""
        return {carrier.messages.fileno(): carrier for carrier in self._carriers.values() if carrier.messages}

    def due(self) -> float | None:
        """Return when something times out (monotonic)."""
        moments = [question.deadline for _, question in self._pending.values()]
        moments += [connection.deadline for connection in self._connections.values()]
        moments += self._neighbours.due()
        return min(moments, default=None)

    def handle(self, fd: int) -> bool:
        """Do what is to be done on a descriptor; false where it is none of ours."""
        if fd in self._endpoints:
            endpoint = self._endpoints[fd]
            if fd == endpoint.udp.fileno():
                self._serve_datagram(endpoint)
            else:
                self._accept(endpoint)
        elif fd in self._pending:
            self._take_answer(fd)
        elif fd in self._connections:
            self._serve_connection(self._connections[fd])
        elif carrier := self._messages().get(fd):
            self._neighbours.receive(carrier)
        else:
            return False
        return True

    def expire(self) -> None:
        """Ask the next server where one did not answer in time, and give up on slow connections."""
        now = time.monotonic()
        for fd in [fd for fd, (_, question) in self._pending.items() if question.deadline <= now]:
            sock, question = self._pending.pop(fd)
            sock.close()
            self._ask(question)
        for connection in [c for c in self._connections.values() if c.deadline <= now]:
            self._give_up(connection)
        self._neighbours.expire(now)

    # --- over UDP

    def _serve_datagram(self, endpoint: Endpoint) -> None:
        try:
            query, client = endpoint.udp.recvfrom(_DATAGRAM)
        except OSError:
            return
        question = dns.parse_question(query)
        if question is None:
            return
        asker, found = self._own_answer(question, endpoint, client[0], question.size)
        if found is not None:
            _send_to(endpoint, found, client)
        elif overlays := self._overlays(question, endpoint, asker):

            def go_on(answer: bytes | None) -> None:
                if answer is None:
                    self._forward(query, question, endpoint, client)
                else:
                    _send_to(endpoint, dns.fitting(question, answer), client)

            self._neighbours.ask(overlays, query, go_on)
        else:
            self._forward(query, question, endpoint, client)

    def _own_answer(
        self, question: Question, endpoint: Endpoint, client: str, limit: int = 0
    ) -> tuple[Member | None, bytes | None]:
        """Return who asks, and the answer where it is ours to give."""
        name = endpoint.bridge.network.name
        asker = self._names.asker(name, client.partition("%")[0])
        return asker, self._names.answer(question, name, asker, limit=limit)

    def _overlays(self, question: Question, endpoint: Endpoint, asker: Member | None) -> list[Overlay]:
        """Return the networks of the asker's whose other machines may know the answer."""
        if not self._carriers or not self._neighbours.may_know(question):
            return []
        names = {attachment.network for attachment in asker.attachments} if asker else {endpoint.bridge.network.name}
        overlays = [network for carrier in self._carriers.values() for network in carrier.networks.values()]
        return [network for network in overlays if network.network.name in names]

    def _forward(self, query: bytes, question: Question, endpoint: Endpoint, client: tuple[Any, ...]) -> None:
        """Ask the host's servers, or those that were given to the container or its network instead."""
        servers, code = self._servers(endpoint, client[0])
        if not servers:
            _send_to(endpoint, dns.answer(question, [], code), client)
        elif len(self._pending) < _MOST_PENDING:
            self._ask(_Forwarded(query, servers, endpoint, client))

    def _servers(self, endpoint: Endpoint, client: str) -> tuple[list[str], int]:
        """Return the servers to ask on behalf of a client; where there are none, what to tell it."""
        network = endpoint.bridge.network
        asker = self._names.asker(network.name, client.partition("%")[0])
        if network.internal and (asker is None or all(a.internal for a in asker.attachments)):
            return [], dns.NXDOMAIN
        servers = (asker.dns if asker else ()) or network.dns_servers or self._host.servers()
        return list(servers), dns.SERVFAIL

    def _ask(self, forwarded: _Forwarded) -> None:
        """Send a question to its next server from a port of its own, under a number that nobody can guess."""
        while forwarded.tries < _TRIES * len(forwarded.servers):
            server = forwarded.servers[forwarded.tries % len(forwarded.servers)]
            forwarded.tries += 1
            forwarded.id = os.urandom(2)
            forwarded.deadline = time.monotonic() + _PATIENCE
            kind = _socket.SOCK_DGRAM | _socket.SOCK_CLOEXEC | _socket.SOCK_NONBLOCK
            sock = _socket.socket(addresses.family(server), kind)
            try:
                sock.connect((server, PORT))
                sock.send(forwarded.id + forwarded.query[2:])
            except OSError:
                sock.close()
                continue
            self._pending[sock.fileno()] = (sock, forwarded)
            return
        question = dns.parse_question(forwarded.query)
        if question is not None:
            _send_to(forwarded.endpoint, dns.answer(question, [], dns.SERVFAIL), forwarded.client)

    def _take_answer(self, fd: int) -> None:
        sock, forwarded = self._pending.pop(fd)
        try:
            answer = sock.recv(_DATAGRAM)
        except OSError:  # nobody listens there (ECONNREFUSED)
            sock.close()
            self._ask(forwarded)
            return
        if answer[:2] != forwarded.id or len(answer) < 12:
            self._pending[fd] = (sock, forwarded)  # somebody guesses: go on waiting
            return
        sock.close()
        _send_to(forwarded.endpoint, forwarded.query[:2] + answer[2:], forwarded.client)

    # --- over TCP

    def _accept(self, endpoint: Endpoint) -> None:
        try:
            fd, address = endpoint.tcp._accept()  # type: ignore[attr-defined]  # what socket.socket.accept wraps
        except OSError:
            return
        sock = _socket.socket(endpoint.tcp.family, _socket.SOCK_STREAM, 0, fd)
        sock.setblocking(False)
        os.set_inheritable(fd, False)
        if len(self._connections) >= _MOST_CONNECTIONS:
            sock.close()
            return
        self._connections[fd] = _Connection(sock, endpoint, address[0], _CONVERSATION)

    def _serve_connection(self, connection: _Connection) -> None:
        try:
            if connection.to_send:
                connection.to_send = connection.to_send[connection.socket.send(connection.to_send) :]
                return
            data = connection.socket.recv(_DATAGRAM)
        except BlockingIOError:
            return
        except OSError:
            data = b""  # also ECONNREFUSED, EPIPE of a server that is not there
        if not data or len(connection.received) > _DATAGRAM:
            self._give_up(connection)
            return
        connection.received += data
        if connection.endpoint is not None:
            self._serve_messages(connection, connection.endpoint)
        elif (message := connection.message()) is not None:
            self._pass_back(connection, message)

    def _serve_messages(self, connection: _Connection, endpoint: Endpoint) -> None:
        """Serve what a client has sent at once; the C library asks for both kinds of addresses that way."""
        while connection.other is None and not connection.waits and (message := connection.message()) is not None:
            self._serve_message(connection, endpoint, message)

    def _serve_message(self, connection: _Connection, endpoint: Endpoint, query: bytes) -> None:
        question = dns.parse_question(query)
        if question is None:
            self._hang_up(connection)
            return
        asker, found = self._own_answer(question, endpoint, connection.address)
        if found is not None:
            self._say(connection, found)
        elif overlays := self._overlays(question, endpoint, asker):
            connection.waits = True

            def go_on(answer: bytes | None) -> None:
                connection.waits = False
                if answer is not None:
                    self._answer_late(connection, answer)
                else:
                    self._forward_over_tcp(connection, endpoint, question, query)

            self._neighbours.ask(overlays, query, go_on)
        else:
            self._forward_over_tcp(connection, endpoint, question, query)

    def _forward_over_tcp(self, connection: _Connection, endpoint: Endpoint, question: Question, query: bytes) -> None:
        servers, code = self._servers(endpoint, connection.address)
        if servers:
            self._ask_over_tcp(connection, len(query).to_bytes(2, "big") + query, servers)
        else:
            self._answer_late(connection, dns.answer(question, [], code))

    def _ask_over_tcp(self, client: _Connection, query: bytes, servers: Sequence[str]) -> None:
        """Connect with the first of the servers; the others are for when it does not answer."""
        kind = _socket.SOCK_STREAM | _socket.SOCK_CLOEXEC | _socket.SOCK_NONBLOCK
        sock = _socket.socket(addresses.family(servers[0]), kind)
        sock.connect_ex((servers[0], PORT))  # a failure shows when it is written to
        server = _Connection(sock, None, servers[0], _PATIENCE)
        server.to_send = server.query = query
        server.servers = servers[1:]
        server.other, client.other = client, server
        self._connections[sock.fileno()] = server

    def _give_up(self, connection: _Connection) -> None:
        """Hang up on a client; where a server has not answered, ask the next, or tell the client that none did."""
        client = connection.other
        if connection.endpoint is not None or client is None:
            self._hang_up(connection)
            return
        client.other = connection.other = None
        self._hang_up(connection)
        question = dns.parse_question(connection.query[2:])
        if connection.servers:
            self._ask_over_tcp(client, connection.query, connection.servers)
        elif question is not None:
            self._answer_late(client, dns.answer(question, [], dns.SERVFAIL))

    def _pass_back(self, server: _Connection, message: bytes) -> None:
        client, server.other = server.other, None
        self._hang_up(server)
        if client is not None:
            self._answer_late(client, message)

    def _answer_late(self, client: _Connection, message: bytes) -> None:
        """Answer a client who waited for a server, and go on with what it has asked since."""
        client.other = None
        self._say(client, message)
        if client.endpoint is not None:
            self._serve_messages(client, client.endpoint)

    def _say(self, client: _Connection, message: bytes) -> None:
        client.to_send += len(message).to_bytes(2, "big") + message

    def _hang_up(self, connection: _Connection) -> None:
        """End a connection, and with it the one that it is about."""
        for each in (connection, connection.other):
            if each is not None and self._connections.pop(each.socket.fileno(), None) is not None:
                each.socket.close()


def _send_to(endpoint: Endpoint, answer: bytes, client: tuple[Any, ...]) -> None:
    try:
        endpoint.udp.sendto(answer, client)
    except OSError:
        pass  # the network is gone, or its buffer is full: as with any lost datagram, the client asks again
