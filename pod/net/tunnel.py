"""The process that carries the frames of overlay networks to other machines and back, as VXLAN has them (RFC 7348).

Each network has a tap interface in its bridge and a number of its own (VNI); they share one socket of this machine.
The kernel's own vxlan interface would send from the shared namespace, whose way out changes addresses and ports; and it
knows no key. The last byte of the header, which VXLAN reserves, tells frames from what the machines ask each other.
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

_HEADER = 8
_FRAME, _NAMES = 0, 1  # as in pod.net.sealing, which is imported where there is a key
_ADDRESSES = 12  # bytes of a frame: whose it is to be, and whose it is
_LEAST = 14
_AT_ONCE = 64  # frames of one direction before it is the other one's turn
_DATAGRAM = 1 << 16
_MOST_KNOWN = 4096
_SIGKILL = 9
EVERYBODY = 255  # instead of a peer's index


class Peer(Record):
    """Another machine of an overlay network, as the socket calls it (IPv4 addresses mapped into IPv6)."""

    address: str
    port: int


class Lane(Record):
    """One network: its tap (a descriptor), its number, its other machines, and its key."""

    tap: int
    number: int
    peers: tuple[Peer, ...]
    key: str = ""


class _Network:
    """A lane, and which machine has which hardware address."""

    def __init__(self, lane: Lane) -> None:
        self.tap = lane.tap
        self.header = b"\x08\0\0\0" + lane.number.to_bytes(3, "big")
        self.peers = [(peer.address, peer.port) for peer in lane.peers]
        self.by_address = {address: (address, port) for address, port in self.peers}
        self.known: dict[bytes, tuple[str, int]] = {}
        self.seal = _seal(lane.key)

    def datagram(self, kind: int, content: bytes) -> bytes:
        header = self.header + bytes([kind])
        return self.seal.close(header, content) if self.seal else header + content


class Tunnel:
    """The interfaces, the socket to the other machines, and the one to the keeper, whose name server asks theirs."""

    def __init__(self, outer: _socket.socket, keeper: _socket.socket, lanes: Sequence[Lane]) -> None:
        self._outer = outer
        self._keeper = keeper
        networks = [_Network(lane) for lane in lanes]
        self._by_number = {network.header[4:]: network for network in networks}
        self._handlers: dict[int, Callable[[], None]] = {
            network.tap: lambda network=network: self._send(network)  # type: ignore[misc]
            for network in networks
        }
        self._handlers[outer.fileno()] = self._receive
        self._handlers[keeper.fileno()] = self._speak

    def run(self) -> None:
        """Carry frames for ever."""
        poll = select.poll()
        for fd in self._handlers:
            poll.register(fd, select.POLLIN)
        while True:
            for fd, _events in poll.poll():
                try:
                    for _ in range(_AT_ONCE):
                        self._handlers[fd]()
                except OSError:
                    continue  # nothing more to read, or nobody there: frames may get lost

    def _send(self, network: _Network) -> None:
        """Take a frame to the machine that has its address, and one for all, or for nobody known, to every machine."""
        frame = os.read(network.tap, _DATAGRAM)
        network.known.pop(frame[6:_ADDRESSES], None)
        datagram = network.datagram(_FRAME, frame)
        known = network.known.get(frame[:6])
        for peer in [known] if known else network.peers:
            self._outer.sendto(datagram, peer)

    def _receive(self) -> None:
        """Hand on what a machine of a network sends: with a key whoever has it, else who has the address."""
        datagram, sender = self._outer.recvfrom(_DATAGRAM)
        network = self._by_number.get(datagram[4:7])
        if network is None or len(datagram) < _HEADER or not datagram.startswith(network.header):
            return
        peer = network.by_address.get(sender[0])
        if network.seal is None:
            if peer:
                self._hand_on(network, peer, datagram[7], datagram[_HEADER:])
            return
        taken, reply = network.seal.take(datagram)
        if reply:
            self._outer.sendto(reply, sender)
        for opened in taken:
            self._hand_on(network, peer, opened.kind, opened.content)

    def _hand_on(self, network: _Network, peer: tuple[str, int] | None, kind: int, content: bytes) -> None:
        if kind == _NAMES and peer:
            self._keeper.send(network.header[4:] + bytes([network.peers.index(peer)]) + content)
        if kind != _FRAME or len(content) < _LEAST:
            return
        if peer:
            if len(network.known) >= _MOST_KNOWN:
                network.known.clear()
            network.known[content[6:_ADDRESSES]] = peer
        os.write(network.tap, content)

    def _speak(self) -> None:
        """Send a message of the keeper's to one machine, or to all: number, index, and what is to be sent."""
        message = self._keeper.recv(_DATAGRAM)
        network = self._by_number.get(message[:3])
        if network is not None:
            datagram = network.datagram(_NAMES, message[4:])
            for peer in network.peers if message[3] == EVERYBODY else network.peers[message[3] :][:1]:
                self._outer.sendto(datagram, peer)


def _seal(key: str) -> Seal | None:
    if not key:
        return None
    from pod.net.sealing import Seal  # hashlib: not in the keeper, whose copy this process is

    return Seal(key)


def start(outer: _socket.socket, keeper: _socket.socket, lanes: Sequence[Lane]) -> int:
    """Start the process and return its pid. It ends with the calling one."""
    pid = os.fork()
    if pid:
        return pid
    try:
        sc.prctl(sc.PR_SET_PDEATHSIG, _SIGKILL)
        files.close_others({1, 2, keeper.fileno(), outer.fileno(), *(lane.tap for lane in lanes)})
        process.set_title("pod: overlay networks", "pod-overlay")
        Tunnel(outer, keeper, lanes).run()
    finally:
        os._exit(1)
