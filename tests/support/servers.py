"""Small servers in busybox containers, and what clients on this machine get from them."""

from __future__ import annotations

import socket
import threading
import time

TCP_ECHO = "while true; do nc -l -p {port} -e cat; done"
"""A server that says what it hears; busybox's nc takes one client at a time."""
DATAGRAM_ECHO = """perl -MIO::Socket::INET -e '
$s = IO::Socket::INET->new(LocalPort => {port}, Proto => "udp"); while ($s->recv($d, 65535)) {{ $s->send($d) }}'"""
"""A server of datagrams for Debian, whose smallest system has perl."""
ADDRESS_TELLER = """perl -MIO::Socket::INET -e '
$s = IO::Socket::INET->new(LocalPort => {port}, Listen => 9);
while ($c = $s->accept) {{ print $c $c->peerhost, "\\n"; close $c }}'"""
"""A server for Debian that tells every client its address."""


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """Return a port that nobody uses at this moment."""
    with socket.socket(socket.AF_INET6, kind) as probe:
        probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        probe.bind(("::", 0))
        port: int = probe.getsockname()[1]
        return port


def tcp_says(address: str, port: int, words: bytes = b"hello\n", timeout: float = 10.0) -> bytes:
    """Say something to a server and return what it says until it closes; b"" where none answers in time."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        try:
            with socket.create_connection((address, port), 2) as connection:
                speaker = threading.Thread(target=_say, args=(connection, words))
                speaker.start()
                heard = b"".join(iter(lambda: connection.recv(65536), b""))
                speaker.join()
            if heard:
                return heard
        except OSError:
            pass
        time.sleep(0.05)
    return b""


def _say(connection: socket.socket, words: bytes) -> None:
    try:
        connection.sendall(words)
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # whoever listens says what came of it


def udp_says(address: str, port: int, words: bytes = b"hello\n", timeout: float = 10.0) -> bytes:
    """Send a datagram again and again until one comes back, and return that."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    deadline = time.monotonic() + timeout
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.2)
        while time.monotonic() < deadline:
            sock.sendto(words, (address, port))
            try:
                return sock.recv(65536)
            except OSError:
                continue
    return b""


def is_free(port: int, kind: int = socket.SOCK_STREAM) -> bool:
    """True where the port can be opened on all addresses."""
    with socket.socket(socket.AF_INET6, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(kind == socket.SOCK_STREAM))
        try:
            probe.bind(("::", port))
        except OSError:
            return False
        return True
