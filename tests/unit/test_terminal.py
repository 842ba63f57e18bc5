"""The keys that detach: how they are written, and what of them reaches the program."""

from __future__ import annotations

import os
import pty
import termios

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod.engine.terminal import DetachKeys, Terminal
from pod.errors import UsageError

DEFAULT = "ctrl-p,ctrl-q"


@pytest.mark.parametrize(
    ("text", "sequence"),
    [
        (DEFAULT, b"\x10\x11"),
        ("a", b"a"),
        ("ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_", b"\x00\x1b\x1c\x1d\x1e\x1f"),
        ("ctrl-a,d", b"\x01d"),
        ("", b""),
    ],
)
def test_sequences_are_written_as_for_docker(text: str, sequence: bytes) -> None:
    assert DetachKeys.parse(text).sequence == sequence


@pytest.mark.parametrize("text", ["ctrl-", "ctrl-aa", "ctrl-1", "shift-a", "ab", "a,,b", "ä"])
def test_what_is_no_key_is_named(text: str) -> None:
    with pytest.raises(UsageError, match="invalid detach key"):
        DetachKeys.parse(text)


def test_sequence_detaches_and_what_came_before_is_passed_on() -> None:
    assert DetachKeys.parse(DEFAULT).filter(b"text\x10\x11rest") == (b"text", True)


def test_sequence_may_come_in_pieces() -> None:
    keys = DetachKeys.parse(DEFAULT)
    assert keys.filter(b"a\x10") == (b"a", False)
    assert keys.filter(b"\x11") == (b"", True)


def test_begun_sequence_that_goes_on_otherwise_is_passed_on() -> None:
    keys = DetachKeys.parse(DEFAULT)
    assert keys.filter(b"\x10") == (b"", False)
    assert keys.filter(b"x") == (b"\x10x", False)


def test_first_key_typed_twice_still_begins_the_sequence() -> None:
    keys = DetachKeys.parse(DEFAULT)
    assert keys.filter(b"\x10\x10\x11") == (b"\x10", True)


def test_sequence_that_repeats_its_beginning_is_found() -> None:
    assert DetachKeys.parse("a,a,b").filter(b"aaab") == (b"a", True)


def test_no_sequence_passes_everything() -> None:
    assert DetachKeys.parse("").filter(b"\x10\x11") == (b"\x10\x11", False)


@given(st.binary(), st.lists(st.integers(1, 5)))
def test_pieces_make_no_difference(data: bytes, sizes: list[int]) -> None:
    whole = DetachKeys.parse("a,b").filter(data.replace(b"ab", b"a b"))
    keys, passed, rest = DetachKeys.parse("a,b"), b"", data.replace(b"ab", b"a b")
    for size in [*sizes, len(rest)]:
        part, detached = keys.filter(rest[:size])
        assert not detached
        passed, rest = passed + part, rest[size:]
    assert (passed, False) == whole


def test_terminal_is_raw_and_then_as_before() -> None:
    main, side = pty.openpty()
    try:
        before = termios.tcgetattr(side)
        screen = Terminal(side)
        screen.make_raw()
        local = termios.tcgetattr(side)[3]
        assert not local & (termios.ECHO | termios.ICANON | termios.ISIG)
        screen.restore()
        assert termios.tcgetattr(side) == before
    finally:
        os.close(main)
        os.close(side)
