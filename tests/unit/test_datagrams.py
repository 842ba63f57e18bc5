"""Many datagrams in one call: who sent which, and passing them on uncopied."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from pod.linux.datagrams import MOST, Batch


@pytest.fixture
def sockets() -> Iterator[list[socket.socket]]:
    with ExitStack() as opened:
        made = [opened.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(4)]
        for each in made:
            each.bind(("127.0.0.1", 0))
            each.settimeout(5)
        yield made


def test_datagrams_are_told_apart_by_their_senders(sockets: list[socket.socket]) -> None:
    port, alice, bob, _ = sockets
    for sender, text in ((alice, b"a1"), (alice, b""), (bob, b"b1"), (alice, b"a3")):
        sender.sendto(text, port.getsockname())
    batch = Batch()
    groups = list(batch.senders(batch.receive(port.fileno())))
    assert [(first, count) for _, first, count in groups] == [(0, 2), (2, 1), (3, 1)]
    assert groups[0][0] == groups[2][0] != groups[1][0]


def test_what_was_received_is_passed_on_whole_and_answered(sockets: list[socket.socket]) -> None:
    port, client, inside, server = sockets
    inside.connect(server.getsockname())
    large = bytes(range(256)) * 255
    batch = Batch()
    for texts in ((b"small", b"", large), (b"again",)):
        for text in texts:
            client.sendto(text, port.getsockname())
        count = batch.receive(port.fileno())
        [(address, first, number)] = batch.senders(count)
        batch.send(inside.fileno(), first, number)
        assert tuple(server.recv(1 << 16) for _ in texts) == texts
        batch.send(port.fileno(), 0, count, address)
        assert tuple(client.recv(1 << 16) for _ in texts) == texts


def test_a_lost_datagram_does_not_hold_up_the_rest(sockets: list[socket.socket]) -> None:
    port, client, inside, server = sockets
    inside.connect(server.getsockname())
    server.close()
    for _ in range(MOST):
        client.sendto(b"nobody listens", port.getsockname())
    batch = Batch()
    batch.send(inside.fileno(), 0, batch.receive(port.fileno()))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.bind(inside.getpeername())
        batch.send(inside.fileno(), 0, 1)  # at most one is refused for an earlier one
        batch.send(inside.fileno(), 0, 1)
        again.settimeout(5)
        assert again.recv(100) == b"nobody listens"


def test_nothing_to_receive_is_said(sockets: list[socket.socket]) -> None:
    with pytest.raises(BlockingIOError):
        Batch().receive(sockets[0].fileno())
