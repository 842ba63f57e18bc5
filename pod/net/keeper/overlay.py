"""Overlay networks: a bridge with a tap interface, and the process that carries its frames to other machines."""

from __future__ import annotations

import _socket
import fcntl
import os
import struct

from pod.errors import NetworkError
from pod.net import addresses, namespaces, overlay_options, tunnel
from pod.net.keeper.bridges import Bridge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.net.links import Links
    from pod.net.records import Network

_TUNSETIFF, _IFF_TAP, _IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
_SIGKILL = 9


class Overlay(Bridge):
    """A bridge that reaches the bridges of the same network on other machines."""

    def __init__(self, network: Network, links: Links, shared: int) -> None:
        self._outer = _listen(network)
        self._tap = -1
        self._pid = 0
        self.process = -1
        try:
            super().__init__(network, links)
            name = f"x{network.interface}"[:15]
            self._tap = namespaces.run_in(shared, lambda: _open_tap(name))
            links.put_into_bridge(name, self.index, network.mtu)
            self.begin_tunnel()
        except BaseException:
            self.close()
            raise

    def begin_tunnel(self) -> None:
        """Start the process, another one after the last was killed."""
        self._bury()
        options = self.network.options
        peers = [peer.replace(address=_mapped(peer.address, self._outer)) for peer in overlay_options.peers(options)]
        self._pid = tunnel.start(self._tap, self._outer, peers, options.get("key", ""))
        self.process = os.pidfd_open(self._pid)

    def close(self) -> None:
        self._bury()
        self._outer.close()
        if self._tap >= 0:
            os.close(self._tap)  # and with it goes the interface
        super().close()

    def _bury(self) -> None:
        if self.process < 0:
            return
        os.close(self.process)
        self.process = -1
        try:
            os.kill(self._pid, _SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self._pid, 0)


def _listen(network: Network) -> _socket.socket:
    """Return the socket of this machine that the others send to. Raises NetworkError."""
    port = overlay_options.port(network.options)
    six = any(":" in peer.address for peer in overlay_options.peers(network.options))
    family = _socket.AF_INET6 if six else _socket.AF_INET
    sock = _socket.socket(family, _socket.SOCK_DGRAM | _socket.SOCK_CLOEXEC | _socket.SOCK_NONBLOCK)
    try:
        if six:
            sock.setsockopt(_socket.IPPROTO_IPV6, _socket.IPV6_V6ONLY, 0)
        sock.bind(("::" if six else "0.0.0.0", port))
    except OSError as err:
        sock.close()
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


def _mapped(address: str, sock: _socket.socket) -> str:
    four = addresses.version_of(address) == 4
    return f"::ffff:{address}" if four and sock.family == _socket.AF_INET6 else address
