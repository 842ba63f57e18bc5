"""Forwarding datagrams: every client gets a socket of its own on the container's side, for as long as it speaks."""

from __future__ import annotations

import _socket
import errno
import select
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pod.net.forward import Target

_SILENCE = 90.0  # seconds without a datagram after which a client is forgotten (RFC 4787, REQ-5, has two minutes)
_MOST_CLIENTS = 1024
_DATAGRAM = 1 << 16
_AT_ONCE = 64


class Datagrams:
    """One published UDP port."""

    def __init__(
        self,
        listener: _socket.socket,
        target: Target,
        watch: Callable[[int, int, Callable[[int], None]], None],
        forget: Callable[[int], None],
    ) -> None:
        self._listener = listener
        self._target = target
        self._watch, self._forget = watch, forget
        self._clients: dict[Any, tuple[_socket.socket, float]] = {}
        watch(listener.fileno(), select.EPOLLIN, self._from_outside)

    def expire(self, now: float) -> bool:
        """Forget clients that have long been silent; false where there is none left."""
        for client, (sock, last) in list(self._clients.items()):
            if now - last > _SILENCE:
                self._drop(client, sock)
        return bool(self._clients)

    def _from_outside(self, _events: int) -> None:
        for _ in range(_AT_ONCE):
            try:
                data, client = self._listener.recvfrom(_DATAGRAM)
            except OSError:
                return
            sock = self._socket_of(client)
            if sock is not None:
                try:
                    sock.send(data)
                except OSError:
                    pass  # nobody listens there, or it does not keep up: datagrams get lost

    def _socket_of(self, client: Any) -> _socket.socket | None:
        from pod.net import forward

        known = self._clients.get(client)
        if known is None:
            if len(self._clients) >= _MOST_CLIENTS:
                oldest = min(self._clients, key=lambda each: self._clients[each][1])
                self._drop(oldest, self._clients[oldest][0])
            try:
                sock = forward.connect(self._target, client[0], _socket.SOCK_DGRAM)
            except OSError:
                return None
            self._watch(sock.fileno(), select.EPOLLIN, lambda _events: self._from_inside(client, sock))
        else:
            sock = known[0]
        self._clients[client] = (sock, time.monotonic())
        return sock

    def _from_inside(self, client: Any, sock: _socket.socket) -> None:
        for _ in range(_AT_ONCE):
            try:
                data = sock.recv(_DATAGRAM)
            except OSError as err:
                if err.errno == errno.ECONNREFUSED:
                    continue
                return
            self._clients[client] = (sock, time.monotonic())
            try:
                self._listener.sendto(data, client)
            except OSError:
                pass

    def _drop(self, client: Any, sock: _socket.socket) -> None:
        del self._clients[client]
        self._forget(sock.fileno())
        sock.close()
