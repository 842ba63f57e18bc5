"""Ports of the host that pod chooses."""

from __future__ import annotations

import socket

import pytest

from pod.net import ports
from pod.network_values import PortMapping


@pytest.mark.parametrize(("protocol", "kind"), [("tcp", socket.SOCK_STREAM), ("udp", socket.SOCK_DGRAM)])
def test_a_chosen_port_is_held_until_it_is_listened_on(protocol: str, kind: int) -> None:
    chosen = ports.choose(PortMapping(host_ip="127.0.0.1", host_port=0, container_port=7, protocol=protocol))
    with socket.socket(socket.AF_INET, kind) as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", chosen.host_port))
    [listening] = ports.listen((chosen,))
    assert listening.getsockname() == ("127.0.0.1", chosen.host_port)
    listening.close()
    [again] = ports.listen((chosen,))  # as another start of the container does
    again.close()
