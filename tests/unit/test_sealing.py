"""Sealed datagrams: read by who has the key, once."""

from __future__ import annotations

import pytest

from pod.net.sealing import OVERHEAD, Seal

KEY = "a key of some length"


@pytest.mark.parametrize("content", [b"", b"x", bytes(1400), bytes(range(256)) * 5])
def test_what_is_sealed_is_opened_by_who_has_the_key(content: bytes) -> None:
    sealed = Seal(KEY).close(content)
    assert len(sealed) == len(content) + OVERHEAD
    assert Seal(KEY).open(sealed) == content
    assert Seal(f"{KEY}?").open(sealed) is None


def test_what_is_sealed_twice_never_looks_the_same() -> None:
    seal = Seal(KEY)
    first, second = seal.close(b"attack at dawn"), seal.close(b"attack at dawn")
    assert first[24:] != second[24:] and b"dawn" not in first + second


def test_every_changed_bit_is_noticed() -> None:
    sealed, receiver = Seal(KEY).close(b"pay 10"), Seal(KEY)
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        assert receiver.open(bytes(changed)) is None
    assert receiver.open(sealed[:-1]) is None and receiver.open(b"") is None and receiver.open(sealed) == b"pay 10"


def test_a_datagram_is_taken_once_in_any_order() -> None:
    sender, receiver = Seal(KEY), Seal(KEY)
    sealed = [sender.close(bytes([number])) for number in range(5)]
    for number in (0, 3, 1, 4, 2):
        assert receiver.open(sealed[number]) == bytes([number])
    assert [receiver.open(datagram) for datagram in sealed] == [None] * 5


def test_a_datagram_that_comes_very_late_is_not_taken() -> None:
    sender, receiver = Seal(KEY), Seal(KEY)
    late = sender.close(b"late")
    for _ in range(1024):
        last = sender.close(b"on time")
    assert receiver.open(last) == b"on time" and receiver.open(late) is None


def test_what_was_sent_is_not_taken_back() -> None:
    seal = Seal(KEY)
    assert seal.open(seal.close(b"echo")) is None
