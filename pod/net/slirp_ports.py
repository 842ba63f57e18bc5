"""Published ports as slirp4netns forwards them itself (port_handler=slirp4netns): clients keep their addresses.

Its API takes one request per connection, ended by closing our side (slirp4netns(1), "API SOCKET").
"""

from __future__ import annotations

import _socket
import os

from pod.errors import NetworkError
from pod.linux import jsonfile
from pod.net.slirp import API_SOCKET

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.network_values import PortMapping

_ANSWER = 1 << 16


def publish(folder: str, address: str, ports: Sequence[PortMapping]) -> None:
    """Have slirp4netns, whose API socket is in a folder, forward ports to the container. Raises NetworkError."""
    for port in ports:
        if ":" in port.host_ip:
            raise NetworkError(
                f"cannot publish port {port}: slirp4netns forwards IPv4 alone", hint="leave port_handler= away"
            )
        arguments = {
            "proto": port.protocol,
            "host_addr": port.host_ip or "0.0.0.0",
            "host_port": port.host_port,
            "guest_addr": address,
            "guest_port": port.container_port,
        }
        answer = _ask(folder, {"execute": "add_hostfwd", "arguments": arguments})
        if "error" in answer:
            raise NetworkError(f"cannot publish port {port}: slirp4netns: {answer['error'].get('desc', 'refused')}")


def _ask(folder: str, request: dict[str, object]) -> dict[str, dict[str, str]]:
    sock = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM | _socket.SOCK_CLOEXEC)
    fd = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        sock.connect(f"/proc/self/fd/{fd}/{API_SOCKET}")
        sock.send(jsonfile.dumps(request))
        sock.shutdown(_socket.SHUT_WR)
        answer: dict[str, dict[str, str]] = jsonfile.loads(sock.recv(_ANSWER))
        return answer
    except (OSError, ValueError) as err:
        raise NetworkError(f"slirp4netns does not answer: {err}") from err
    finally:
        os.close(fd)
        sock.close()
