"""Addresses of containers that a new keeper has not heard of yet, after the one before it was killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from pod.errors import NetworkError
from pod.net.keeper import ledger
from pod.net.keeper.leases import Leases
from pod.net.keeper.ledger import Ledger
from pod.net.keeper.names import Member
from pod.net.records import SubnetConfig
from pod.network_values import Attachment


def member(container: str, **addresses: str) -> Member:
    """A container on some networks, an address on each."""
    attachments = (Attachment(name, "eth0", "v0", "02:42:00:00:00:00", ip=ip) for name, ip in addresses.items())
    return Member(container, (container,), tuple(attachments))


def test_a_keeper_expects_those_that_the_one_before_had(tmp_path: Path) -> None:
    Ledger(str(tmp_path)).write([member("x", front="10.0.0.2", back="10.1.0.2"), member("y", front="10.0.0.3")])
    second = Ledger(str(tmp_path))
    assert second.expected("front") == {"10.0.0.2": "x", "10.0.0.3": "y"}
    assert second.expected("back") == {"10.1.0.2": "x"} and second.expected("side") == {}


def test_those_that_have_not_come_back_are_expected_by_a_third_keeper_too(tmp_path: Path) -> None:
    Ledger(str(tmp_path)).write([member("x", front="10.0.0.2"), member("y", front="10.0.0.3")])
    second = Ledger(str(tmp_path))
    here = [member("x", front="10.0.0.4")]  # started anew
    second.write(here)
    second.settle("x", here)
    assert second.expected("front") == {"10.0.0.3": "y"}
    assert Ledger(str(tmp_path)).expected("front") == {"10.0.0.3": "y", "10.0.0.4": "x"}


def test_nobody_is_expected_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "_PATIENCE", 0.0)
    Ledger(str(tmp_path)).write([member("x", front="10.0.0.2")])
    second = Ledger(str(tmp_path))
    assert second.expected("front") == {}
    second.write([])
    assert (tmp_path / "leases.json").read_text().strip() == "{}"


@pytest.mark.parametrize("content", ["", "[1]", '{"x": 1}', '{"x": [1]}', "\0"])
def test_what_cannot_be_read_is_as_if_nobody_had_been_there(tmp_path: Path, content: str) -> None:
    (tmp_path / "leases.json").write_text(content)
    assert Ledger(str(tmp_path)).expected("front") == {}


def test_an_expected_address_is_given_to_its_owner_alone() -> None:
    leases = Leases("a", SubnetConfig("10.0.0.0/29", "10.0.0.1"))
    leases.expect({"10.0.0.2": "x", "10.0.0.4": "y", "10.9.9.9": "z"}, float("inf"))
    assert [leases.take("v"), leases.take("w")] == ["10.0.0.3", "10.0.0.5"]
    with pytest.raises(NetworkError, match=r"address 10.0.0.2 on network a is taken by container x"):
        leases.take("v", "10.0.0.2")
    assert [leases.take("x", "10.0.0.2"), leases.take("y", "10.0.0.4")] == ["10.0.0.2", "10.0.0.4"]


def test_an_address_that_nobody_came_back_for_is_free() -> None:
    leases = Leases("a", SubnetConfig("10.0.0.0/29", "10.0.0.1"))
    leases.expect({"10.0.0.2": "x"}, 0.0)
    assert leases.take("v") == "10.0.0.2"
