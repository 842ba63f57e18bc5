"""Forwarding datagrams: every client gets a socket of its own on the container's side, for as long as it speaks."""

from __future__ import annotations

import _socket
import select
import sys
import time

from pod.linux.datagrams import Batch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.net.forward import Places
    from pod.net.forwarding import Target

_SILENCE = 90.0  # seconds without a datagram after which a client is forgotten (RFC 4787, REQ-5, has two minutes)
_MOST_CLIENTS = 1024


class _Client:
    """Somebody outside (a sockaddr), and the socket that stands for it inside."""

    def __init__(self, address: bytes, inside: _socket.socket) -> None:
        self.address = address
        self.inside = inside
        self.last = 0.0


class Datagrams:
    """One published UDP port."""

    def __init__(
        self,
        listener: _socket.socket,
        target: Target,
        places: Places,
        watch: Callable[[int, int, Callable[[int], None]], None],
        forget: Callable[[int], None],
    ) -> None:
        self._listener = listener
        self._target, self._places = target, places
        self._watch, self._forget = watch, forget
        self._clients: dict[bytes, _Client] = {}
        self._batch = Batch()
        watch(listener.fileno(), select.EPOLLIN, self._from_outside)

    def expire(self, now: float) -> bool:
        """Forget clients that have long been silent; false where there is none left."""
        for client in [each for each in self._clients.values() if now - each.last > _SILENCE]:
            self._drop(client)
        return bool(self._clients)

    def _from_outside(self, _events: int) -> None:
        try:
            count = self._batch.receive(self._listener.fileno())
        except OSError:
            return
        now = time.monotonic()
        for address, first, number in self._batch.senders(count):
            client = self._clients.get(address) or self._welcome(address)
            if client is not None:
                client.last = now
                self._batch.send(client.inside.fileno(), first, number)

    def _welcome(self, address: bytes) -> _Client | None:
        """Return a client that has not been here before; None where it cannot be served."""
        from pod.net import forward

        if len(self._clients) >= _MOST_CLIENTS:
            self._drop(min(self._clients.values(), key=lambda each: each.last))
        try:
            inside = forward.connect(self._target, _text(address), self._places, _socket.SOCK_DGRAM)
        except OSError:
            return None
        client = self._clients[address] = _Client(address, inside)
        self._watch(inside.fileno(), select.EPOLLIN, lambda _events: self._from_inside(client))
        return client

    def _from_inside(self, client: _Client) -> None:
        try:
            count = self._batch.receive(client.inside.fileno())
        except OSError:  # among them the answer to a datagram of ours that nobody listens there (ECONNREFUSED)
            return
        client.last = time.monotonic()
        self._batch.send(self._listener.fileno(), 0, count, client.address)

    def _drop(self, client: _Client) -> None:
        del self._clients[client.address]
        self._forget(client.inside.fileno())
        client.inside.close()


def _text(address: bytes) -> str:
    """Return the address in a struct sockaddr_in or sockaddr_in6 (ip(7), ipv6(7)), padded with zeros."""
    family = int.from_bytes(address[:2], sys.byteorder)
    return _socket.inet_ntop(family, address[8:24] if family == _socket.AF_INET6 else address[4:8])
