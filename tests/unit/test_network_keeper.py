"""Speaking with a keeper of networks that does not behave."""

from __future__ import annotations

import socket

import pytest

from pod.errors import NetworkError
from pod.net.keeper import client


def test_a_keeper_that_does_not_answer_is_told_of_and_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PATIENCE", 0.2)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        with pytest.raises(NetworkError, match="has not answered for") as caught:
            client.Connection(ours).ask("status")
        assert "pkill" in caught.value.hint and ours.gettimeout() is None


def test_a_keeper_that_ends_is_one_that_is_gone() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.close()
    with ours, pytest.raises(client.KeeperGone):
        client.Connection(ours).ask("status")
