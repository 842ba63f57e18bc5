"""Overlay networks: bridges with a tap interface, and the process that carries their frames to other machines."""

from __future__ import annotations

import _socket
import fcntl
import os
import struct

from pod.errors import NetworkError
from pod.net import addresses, namespaces, overlay_options, tunnel
from pod.net.keeper.bridges import Bridge
from pod.net.tunnel import EVERYBODY, Lane

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.net.keeper.shared import SharedNamespace
    from pod.net.records import Network

_TUNSETIFF, _IFF_TAP, _IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
_SIGKILL = 9
_MESSAGE = 1 << 16


class Carrier:
    """One UDP port of this machine, the networks that use it, and their process."""

    def __init__(self, network: Network) -> None:
        """Open the port. Raises NetworkError."""
        self._outer = _listen(network)
        self.networks: dict[int, Overlay] = {}
        self.messages: _socket.socket | None = None  # to and from the process
        self.process = -1
        self._pid = 0

    def begin(self) -> None:
        """Start the process, another one after the last was killed or when the networks have changed."""
        self._bury()
        self.messages, theirs = _pair()
        lanes = [network.lane(self._outer.family) for network in self.networks.values()]
        self._pid = tunnel.start(self._outer, theirs, lanes)
        theirs.close()
        self.process = os.pidfd_open(self._pid)

    def close(self) -> None:
        self._bury()
        self._outer.close()

    def receive(self) -> tuple[Overlay, int, bytes] | None:
        """Return the next message of another machine: its network, which of its peers that is, and what it says."""
        try:
            message = self.messages.recv(_MESSAGE) if self.messages else b""
        except OSError:
            return None
        network = self.networks.get(int.from_bytes(message[:3], "big"))
        return (network, message[3], message[4:]) if network and len(message) > 4 else None

    def _bury(self) -> None:
        if self.messages is not None:
            self.messages.close()
            self.messages = None
        if self.process < 0:
            return
        os.close(self.process)
        self.process = -1
        try:
            os.kill(self._pid, _SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self._pid, 0)


class Overlay(Bridge):
    """A bridge that reaches the bridges of the same network on other machines."""

    def __init__(self, network: Network, shared: SharedNamespace) -> None:
        self._carriers = shared.carriers
        self._tap = -1
        self._options = network.options
        self.number = overlay_options.number(network)
        self.peers = overlay_options.peers(network.options)
        self.carrier = _carrier(network, self.number, self._carriers)
        try:
            super().__init__(network, shared.links)
            name = f"x{network.interface}"[:15]
            self._tap = namespaces.run_in(shared.namespace, lambda: _open_tap(name))
            shared.links.put_into_bridge(name, self.index, network.mtu)
            self.carrier.networks[self.number] = self
            self.carrier.begin()
        except BaseException:
            self.close()
            raise

    @property
    def process(self) -> int:  # type: ignore[override]  # a descriptor that it shares with others
        return self.carrier.process

    def begin_tunnel(self) -> None:
        """Start the process that carries it anew after it was killed."""
        self.carrier.begin()

    def lane(self, family: int) -> Lane:
        """Return what its process needs to know of it."""
        peers = tuple(peer.replace(address=_mapped(peer.address, family)) for peer in self.peers)
        return Lane(self._tap, self.number, peers, self._options.get("key", ""))

    def say(self, message: bytes, peer: int = EVERYBODY) -> None:
        """Send a message to the keeper of another machine, or to all. It may get lost."""
        try:
            if self.carrier.messages is not None:
                self.carrier.messages.send(self.number.to_bytes(3, "big") + bytes([peer]) + message)
        except OSError:
            pass

    def close(self) -> None:
        self.carrier.networks.pop(self.number, None)
        if self._tap >= 0:
            os.close(self._tap)  # and with it goes the interface, when the process has ended
        if self.carrier.networks:
            self.carrier.begin()
        else:
            self.carrier.close()
            self._carriers.pop(overlay_options.port(self._options), None)
        super().close()


def _carrier(network: Network, number: int, carriers: dict[int, Carrier]) -> Carrier:
    """Return who carries a network: whoever has its port already, or a new one. Raises NetworkError."""
    port = overlay_options.port(network.options)
    if port not in carriers:
        carriers[port] = Carrier(network)
    if other := carriers[port].networks.get(number):
        raise NetworkError(
            f"networks {network.name} and {other.network.name} have the same number on port {port}/udp",
            hint="make one of them with another on all its machines: --opt vni=NUMBER",
        )
    return carriers[port]


def _pair() -> tuple[_socket.socket, _socket.socket]:
    kind = _socket.SOCK_DGRAM | _socket.SOCK_CLOEXEC | _socket.SOCK_NONBLOCK
    return _socket.socketpair(_socket.AF_UNIX, kind)


def _listen(network: Network) -> _socket.socket:
    """Return the socket of this machine that the others send to. Raises NetworkError."""
    port = overlay_options.port(network.options)
    kind = _socket.SOCK_DGRAM | _socket.SOCK_CLOEXEC | _socket.SOCK_NONBLOCK
    try:
        try:
            sock = _socket.socket(_socket.AF_INET6, kind)
            sock.setsockopt(_socket.IPPROTO_IPV6, _socket.IPV6_V6ONLY, 0)
        except OSError:  # this machine has no IPv6
            sock = _socket.socket(_socket.AF_INET, kind)
        sock.bind(("::" if sock.family == _socket.AF_INET6 else "0.0.0.0", port))
    except OSError as err:
        raise NetworkError(
            f"network {network.name} cannot have port {port}/udp of this machine: {err.strerror}",
            hint="make it with another one on all its machines: --opt port=NUMBER",
        ) from err
    return sock


def _open_tap(name: str) -> int:
    """Make a tap interface in the network namespace of the caller; it lives as long as the returned descriptor."""
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        fcntl.ioctl(fd, _TUNSETIFF, struct.pack("=16sH22x", name.encode(), _IFF_TAP | _IFF_NO_PI))
    except BaseException:
        os.close(fd)
        raise
    return fd


def _mapped(address: str, family: int) -> str:
    four = addresses.version_of(address) == 4
    return f"::ffff:{address}" if four and family == _socket.AF_INET6 else address
