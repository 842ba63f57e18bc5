"""Forwarding what comes to published ports into a container: TCP by splice(2), UDP datagram by datagram.

The forwarder (pod.net.forwarding starts it) has the listening sockets, which are the host's, and connects from where it
moves itself: the container's own network namespace, where every connection is local and cheapest; or, to keep the
address of a client of another machine, the shared one, through which the answers to that address come.
"""

from __future__ import annotations

import _socket
import errno
import os
import select
import time

from pod.linux import syscalls as sc
from pod.net import addresses
from pod.net.forwarding import Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.net.forward_udp import Datagrams

IDLE_SECONDS = 20.0
_PIPE_SIZE = 1 << 18  # what is on its way fits into the processor's cache; smaller ones need more calls
_ROUNDS = 16  # of a pipe filled and emptied before others are served
_AT_ONCE = 64  # connections that are accepted before others are served
_IP_TRANSPARENT, _IPV6_TRANSPARENT = 19, 75
_IN, _OUT = select.EPOLLIN, select.EPOLLOUT


class Places:
    """The network namespaces (descriptors) from which a container is connected to; `shared` is -1 without bridges."""

    def __init__(self, container: int, shared: int) -> None:
        self.container, self.shared = container, shared
        self._here = -1

    def enter(self, namespace: int) -> None:
        if namespace != self._here:
            sc.setns(namespace, sc.CLONE_NEWNET)
            self._here = namespace


class Forwarder:
    """All ports of one container."""

    def __init__(self, listeners: Sequence[tuple[_socket.socket, Target]], places: Places) -> None:
        self._places = places
        self._epoll = select.epoll()
        self._handlers: dict[int, Callable[[int], None]] = {}
        self._streams = 0
        self._datagrams: list[Datagrams] = []
        for sock, target in listeners:
            if sock.type & 0xF == _socket.SOCK_STREAM:
                self._watch(sock.fileno(), _IN, lambda _events, sock=sock, target=target: self._accept(sock, target))  # type: ignore[misc]
            else:
                from pod.net.forward_udp import Datagrams

                self._datagrams.append(Datagrams(sock, target, places, self._watch, self._forget))

    def run(self) -> None:
        """Forward until nobody has come for a while."""
        quiet_since = time.monotonic()
        while True:
            events = self._epoll.poll(1.0 if self._datagrams else IDLE_SECONDS)
            for fd, event in events:
                handler = self._handlers.get(fd)
                if handler is not None:
                    handler(event)
            now = time.monotonic()
            busy = self._streams or [True for datagrams in self._datagrams if datagrams.expire(now)]
            if events or busy:
                quiet_since = now
            elif now - quiet_since >= IDLE_SECONDS:
                return

    def _watch(self, fd: int, events: int, handler: Callable[[int], None]) -> None:
        """Have a handler called for the events of a descriptor, or change which events these are."""
        if fd in self._handlers:
            self._epoll.modify(fd, events)
        else:
            self._epoll.register(fd, events)
        self._handlers[fd] = handler

    def _forget(self, fd: int) -> None:
        del self._handlers[fd]
        self._epoll.unregister(fd)

    def _accept(self, listener: _socket.socket, target: Target) -> None:
        for _ in range(_AT_ONCE):
            try:
                fd, client = listener._accept()  # type: ignore[attr-defined]  # what socket.socket.accept wraps
            except OSError as err:
                if err.errno in (errno.EMFILE, errno.ENFILE):
                    time.sleep(0.01)  # the backlog keeps them
                return
            accepted = _socket.socket(listener.family, _socket.SOCK_STREAM, 0, fd)
            accepted.setblocking(False)
            accepted.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
            try:
                inside = connect(target, client[0], self._places)
            except OSError:
                accepted.close()
                continue
            self._streams += 1
            _Stream(accepted, inside, self._watch, self._forget, self._end)

    def _end(self) -> None:
        self._streams -= 1


def connect(target: Target, client: str, places: Places, kind: int = _socket.SOCK_STREAM) -> _socket.socket:
    """Return a socket that is being connected to the target, in the client's name where that can be. Raises OSError."""
    client = client.removeprefix("::ffff:") if "." in client else client
    if target.transparent and _is_remote(client) and addresses.family(client) == addresses.family(target.address):
        try:
            places.enter(places.shared)
            return _connect(target, kind, client)
        except OSError:
            pass  # no such address can be bound here: then in our own name
    places.enter(places.container)
    return _connect(target, kind, "")


def _connect(target: Target, kind: int, source: str) -> _socket.socket:
    family = addresses.family(target.address)
    sock = _socket.socket(family, kind | _socket.SOCK_CLOEXEC | _socket.SOCK_NONBLOCK)
    try:
        if source:
            level, option = (0, _IP_TRANSPARENT) if family == _socket.AF_INET else (41, _IPV6_TRANSPARENT)
            sock.setsockopt(level, option, 1)
            sock.bind((source, 0))
        if kind == _socket.SOCK_STREAM:
            sock.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        result = sock.connect_ex((target.address, target.port))
        if result not in (0, errno.EINPROGRESS):
            raise OSError(result, os.strerror(result))
    except OSError:
        sock.close()
        raise
    return sock


def _is_remote(client: str) -> bool:
    """True for a client whose address means the same in the container: not this machine's loopback, not a link's."""
    return not client.startswith(("127.", "169.254.", "fe80:")) and client != "::1"


class _Way:
    """One direction of a connection: from a socket through a pipe into a socket, without a copy."""

    def __init__(self, source: _socket.socket, sink: _socket.socket) -> None:
        self.source = source.fileno()
        self.sink = sink.fileno()
        self.sink_socket = sink
        self.reader, self.writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            import fcntl

            fcntl.fcntl(self.writer, _F_SETPIPE_SZ, _PIPE_SIZE)
        except OSError:
            pass  # the user's pipes are full (pipe-user-pages-soft): smaller ones do
        self.held = 0  # bytes in the pipe
        self.ended = False  # nothing more comes from the source
        self.closed = False  # and the sink has been told

    def pump(self) -> bool:
        """Move what can be moved now, up to a limit for the sake of others; false where the connection is broken."""
        splice, source, writer, reader, sink = os.splice, self.source, self.writer, self.reader, self.sink
        try:
            for _ in range(_ROUNDS):
                if not self.held:
                    if self.ended:
                        break
                    self.held = splice(source, writer, _PIPE_SIZE)
                    if not self.held:
                        self.ended = True
                        break
                self.held -= splice(reader, sink, self.held)
        except BlockingIOError:
            pass
        except OSError:
            return False
        return self._pass_end_on()

    def _pass_end_on(self) -> bool:
        if self.ended and not self.held and not self.closed:
            self.closed = True
            try:
                self.sink_socket.shutdown(_socket.SHUT_WR)
            except OSError as err:
                return err.errno == errno.ENOTCONN
        return True

    def close(self) -> None:
        os.close(self.reader)
        os.close(self.writer)


_F_SETPIPE_SZ = 1031


class _Stream:
    """One TCP connection: the client's to us, and ours to the container."""

    def __init__(
        self,
        outside: _socket.socket,
        inside: _socket.socket,
        watch: Callable[[int, int, Callable[[int], None]], None],
        forget: Callable[[int], None],
        ended: Callable[[], None],
    ) -> None:
        self._sockets = (outside, inside)
        self._watch, self._forget, self._ended = watch, forget, ended
        self._ways = (_Way(outside, inside), _Way(inside, outside))
        self._connected = False
        self._watched = {outside.fileno(): 0, inside.fileno(): 0}
        self._arm()

    def _serve(self, events: int) -> None:
        inside = self._sockets[1]
        if not self._connected:
            if inside.getsockopt(_socket.SOL_SOCKET, _socket.SO_ERROR) or events & select.EPOLLERR:
                self._close()
                return
            self._connected = True
        if not all(way.pump() for way in self._ways) or all(way.closed for way in self._ways):
            self._close()
        else:
            self._arm()

    def _arm(self) -> None:
        """Wait for what each socket can do next: read where its pipe is empty, write where the other's is not."""
        outside, inside = (sock.fileno() for sock in self._sockets)
        if not self._connected:
            wanted = {outside: 0, inside: _OUT}
        else:
            wanted = {outside: 0, inside: 0}
            for way in self._ways:
                if way.held:
                    wanted[way.sink] |= _OUT
                elif not way.ended:
                    wanted[way.source] |= _IN
        for fd, events in wanted.items():
            if self._watched[fd] == events:
                continue
            if events:
                self._watch(fd, events, self._serve)
            else:
                self._forget(fd)  # a hang-up would be told again and again (epoll_ctl(2)), and cannot be acted on
            self._watched[fd] = events

    def _close(self) -> None:
        for sock in self._sockets:
            if self._watched[sock.fileno()]:
                self._forget(sock.fileno())
            sock.close()
        for way in self._ways:
            way.close()
        self._ended()
