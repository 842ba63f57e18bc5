"""Sealed datagrams: read by who has the key, once, and only from who lives."""

from __future__ import annotations

import pytest

from pod.net.sealing import ANSWER, CHALLENGE, FRAME, HEADER, OVERHEAD, Seal

KEY = "a key of some length"
HEAD = b"\x08\0\0\0\0\0\7" + bytes([FRAME])


def contents(seal: Seal, datagram: bytes) -> list[bytes]:
    return [opened.content for opened in seal.take(datagram)[0]]


def acquainted() -> tuple[Seal, Seal]:
    """Two machines of which the second knows that the first one lives."""
    sender, receiver = Seal(KEY), Seal(KEY)
    _taken, challenge = receiver.take(sender.close(HEAD, b"hello"))
    _taken, answer = sender.take(challenge)
    assert contents(receiver, answer) == [b"hello"]
    return sender, receiver


@pytest.mark.parametrize("content", [b"", b"x", bytes(1400), bytes(range(256)) * 5])
def test_what_is_sealed_is_opened_by_who_has_the_key(content: bytes) -> None:
    sealed = Seal(KEY).close(HEAD, content)
    assert sealed.startswith(HEAD) and len(sealed) == HEADER + len(content) + OVERHEAD
    opened = Seal(KEY).open(sealed)
    assert opened is not None and (opened.kind, opened.content) == (FRAME, content)
    assert Seal(f"{KEY}?").open(sealed) is None


def test_what_is_sealed_twice_never_looks_the_same() -> None:
    seal = Seal(KEY)
    first, second = seal.close(HEAD, b"attack at dawn"), seal.close(HEAD, b"attack at dawn")
    assert first[HEADER + 24 :] != second[HEADER + 24 :] and b"dawn" not in first + second


def test_every_changed_bit_is_noticed() -> None:
    """Those of the header in clear, too."""
    sealed, receiver = Seal(KEY).close(HEAD, b"pay 10"), Seal(KEY)
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        assert receiver.open(bytes(changed)) is None
    assert receiver.open(sealed[:-1]) is None and receiver.open(b"") is None and receiver.open(sealed) is not None


def test_a_session_is_heard_when_it_has_proved_that_it_lives_and_nothing_is_lost() -> None:
    sender, receiver = Seal(KEY), Seal(KEY)
    first, second = sender.close(HEAD, b"first"), sender.close(HEAD, b"second")
    taken, challenge = receiver.take(first)
    assert taken == [] and challenge[HEADER - 1] == CHALLENGE
    assert receiver.take(second) == ([], b""), "one challenge at a time"
    taken, answer = sender.take(challenge)
    assert taken == [] and answer[HEADER - 1] == ANSWER
    assert contents(receiver, answer) == [b"first", b"second"]
    assert contents(receiver, sender.close(HEAD, b"third")) == [b"third"]
    assert [contents(receiver, again) for again in (first, second, answer)] == [[], [], []]


def test_a_recording_of_an_earlier_session_is_of_no_use() -> None:
    """Not even with the recorded answer to the challenge of that time, nor to a machine that was just started."""
    sender, receiver = Seal(KEY), Seal(KEY)
    recorded = [sender.close(HEAD, b"open the door")]
    _taken, challenge = receiver.take(recorded[0])
    recorded.append(sender.take(challenge)[1])
    assert contents(receiver, recorded[1]) == [b"open the door"]
    restarted, other = Seal(KEY), Seal(KEY)
    for machine in (restarted, other):
        assert [contents(machine, datagram) for datagram in recorded] == [[], []]
        new_challenge = machine.take(recorded[0])[1]
        assert other.take(new_challenge) == ([], b"") or machine is other, "nobody but that session answers"


def test_a_datagram_is_taken_once_in_any_order() -> None:
    sender, receiver = acquainted()
    sealed = [sender.close(HEAD, bytes([number])) for number in range(5)]
    for number in (0, 3, 1, 4, 2):
        assert contents(receiver, sealed[number]) == [bytes([number])]
    assert [contents(receiver, datagram) for datagram in sealed] == [[]] * 5


def test_a_datagram_that_comes_very_late_is_not_taken() -> None:
    sender, receiver = acquainted()
    late = sender.close(HEAD, b"late")
    for _ in range(1024):
        last = sender.close(HEAD, b"on time")
    assert contents(receiver, last) == [b"on time"] and contents(receiver, late) == []


def test_what_was_sent_is_not_taken_back() -> None:
    seal = Seal(KEY)
    assert seal.take(seal.close(HEAD, b"echo")) == ([], b"")
