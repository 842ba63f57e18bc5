"""A proxy before a server that breaks connections after so many bytes from the client: uploads that get cut."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER that answers with a reset


@dataclass
class CuttingProxy:
    """Where the proxy listens, and how often it cut a connection."""

    host: str
    limit: int  # bytes from the client that a connection lets through
    once: bool = False  # let everything through after the first cut
    cuts: int = 0
    _open: list[socket.socket] = field(default_factory=list)


@contextlib.contextmanager
def cutting_proxy(target: str, limit: int, *, once: bool = False) -> Iterator[CuttingProxy]:
    """Run a proxy on loopback before `localhost:PORT` while the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = CuttingProxy(f"localhost:{listener.getsockname()[1]}", limit, once)
        acceptor = threading.Thread(target=_accept, args=(listener, int(target.rpartition(":")[2]), proxy))
        acceptor.start()
        try:
            yield proxy
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            acceptor.join()
            for end in proxy._open:
                _close(end)


def _accept(listener: socket.socket, port: int, proxy: CuttingProxy) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        server = socket.create_connection(("127.0.0.1", port))
        proxy._open += [client, server]
        threading.Thread(target=_forward, args=(client, server, proxy), daemon=True).start()
        threading.Thread(target=_forward, args=(server, client), daemon=True).start()


def _forward(source: socket.socket, target: socket.socket, proxy: CuttingProxy | None = None) -> None:
    passed = 0
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            if proxy is not None and passed + len(data) >= proxy.limit and not (proxy.cuts and proxy.once):
                target.sendall(data[: proxy.limit - passed])
                proxy.cuts += 1
                source.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                break
            target.sendall(data)
            passed += len(data)
    _close(source)
    _close(target)


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
