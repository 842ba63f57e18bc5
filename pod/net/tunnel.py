"""The process that carries the frames of an overlay network to other machines and back, as VXLAN has them (RFC 7348).

It has a tap interface in the network's bridge and a socket of this machine. The kernel's own vxlan interface would send
from the shared namespace, whose way out changes addresses and ports; and it knows no key.
"""

from __future__ import annotations

import _socket
import os
import select

from pod.linux import files, process
from pod.linux import syscalls as sc
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.net.sealing import Seal

_HEADER = b"\x08\0\0\0\0\0\1\0"  # a valid network number follows; that is 1: networks differ by their ports
_ADDRESSES = 12  # bytes of a frame: whose it is to be, and whose it is
_LEAST = 14
_AT_ONCE = 64  # frames of one direction before it is the other one's turn
_DATAGRAM = 1 << 16
_MOST_KNOWN = 4096
_SIGKILL = 9


class Peer(Record):
    """Another machine of an overlay network, as the socket calls it (IPv4 addresses mapped into IPv6)."""

    address: str
    port: int


class Tunnel:
    """The interface, the socket, and which machine has which hardware address."""

    def __init__(self, tap: int, outer: _socket.socket, peers: Sequence[Peer], key: str) -> None:
        self._tap = tap
        self._outer = outer
        self._peers = {peer.address: (peer.address, peer.port) for peer in peers}
        self._known: dict[bytes, tuple[str, int]] = {}
        self._seal = _seal(key)

    def run(self) -> None:
        """Carry frames for ever."""
        handlers: dict[int, Callable[[], None]] = {self._tap: self._send, self._outer.fileno(): self._receive}
        poll = select.poll()
        for fd in handlers:
            poll.register(fd, select.POLLIN)
        while True:
            for fd, _events in poll.poll():
                try:
                    for _ in range(_AT_ONCE):
                        handlers[fd]()
                except OSError:
                    continue  # nothing more to read, or nobody there: frames may get lost

    def _send(self) -> None:
        """Take a frame to the machine that has its address, and one for all, or for nobody known, to every machine."""
        frame = os.read(self._tap, _DATAGRAM)
        self._known.pop(frame[6:_ADDRESSES], None)
        datagram = _HEADER + frame
        if self._seal:
            datagram = self._seal.close(datagram)
        known = self._known.get(frame[:6])
        for peer in [known] if known else self._peers.values():
            self._outer.sendto(datagram, peer)

    def _receive(self) -> None:
        """Hand on what a machine of the network sends: with a key whoever has it, else who has the address."""
        datagram, sender = self._outer.recvfrom(_DATAGRAM)
        peer = self._peers.get(sender[0])
        content = self._seal.open(datagram) if self._seal else datagram if peer else None
        if content is None or len(content) < len(_HEADER) + _LEAST or not content.startswith(_HEADER):
            return
        frame = content[len(_HEADER) :]
        if peer:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[frame[6:_ADDRESSES]] = peer
        os.write(self._tap, frame)


def _seal(key: str) -> Seal | None:
    if not key:
        return None
    from pod.net.sealing import Seal  # hashlib: not in the keeper, whose copy this process is

    return Seal(key)


def start(tap: int, outer: _socket.socket, peers: Sequence[Peer], key: str) -> int:
    """Start the process and return its pid. It ends with the calling one."""
    pid = os.fork()
    if pid:
        return pid
    try:
        sc.prctl(sc.PR_SET_PDEATHSIG, _SIGKILL)
        files.close_others({1, 2, tap, outer.fileno()})
        process.set_title("pod: overlay network", "pod-overlay")
        Tunnel(tap, outer, peers, key).run()
    finally:
        os._exit(1)
