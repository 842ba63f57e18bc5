"""D-Bus messages as bytes: alignment, types, and what a broken one is."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod.linux import dbus

SPECIFICATION = [  # of the examples and rules in the chapter "Marshaling"
    ("s", ("foo",), b"\x03\0\0\0foo\0"),
    ("ss", ("+", "bar"), b"\x01\0\0\0+\0\0\0\x03\0\0\0bar\0"),
    ("yu", (1, 2), b"\x01\0\0\0\x02\0\0\0"),
    ("at", ([5],), b"\x08\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0"),
    ("at", ([],), b"\0\0\0\0\0\0\0\0"),
    ("g", ("sa(sv)",), b"\x06sa(sv)\0"),
    ("v", (("b", 1),), b"\x01b\0\0\x01\0\0\0"),
    ("a(sv)", ([("a", ("s", "b"))],), b"\x12\0\0\0\0\0\0\0\x01\0\0\0a\0\x01s\0\0\0\0\x01\0\0\0b\0"),
]


@pytest.mark.parametrize(("signature", "values", "expected"), SPECIFICATION)
def test_bytes_are_as_the_specification_has_them(signature: str, values: tuple[Any, ...], expected: bytes) -> None:
    assert dbus.pack(signature, *values) == expected


@given(
    st.tuples(
        st.integers(0, 255),
        st.text(st.characters(exclude_characters="\0", codec="utf-8")),
        st.integers(0, (1 << 64) - 1),
        st.lists(st.tuples(st.text(st.characters(exclude_characters="\0", codec="utf-8")), st.integers(-5, 5))),
        st.lists(st.lists(st.integers(0, 9))),
    )
)
def test_what_is_packed_comes_out_again(values: tuple[Any, ...]) -> None:
    signature = "ysta(si)aau"
    assert dbus.unpack(signature, dbus.pack(signature, *values)) == values


def test_a_message_without_an_end_is_an_error() -> None:
    with pytest.raises(ValueError):
        dbus.unpack("v", b"\x01v\0" * 10000)
    with pytest.raises(ValueError):
        dbus.unpack("a()", b"\x08\0\0\0" + bytes(12))


@given(st.binary(max_size=60), st.sampled_from(["s", "a(yv)", "ssa(sv)", "at", "v", "aas"]))
def test_broken_bytes_are_an_error_and_nothing_worse(data: bytes, signature: str) -> None:
    try:
        dbus.unpack(signature, data)
    except ValueError:
        pass


def serve(path: Path, answer: Callable[[socket.socket], None]) -> threading.Thread:
    """Serve one connection at a socket, from after its authentication on."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(1)

    def run() -> None:
        with listener, listener.accept()[0] as peer:
            assert peer.recv(4096) == b"\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n"
            answer(peer)
            peer.shutdown(socket.SHUT_WR)
            while peer.recv(4096):
                pass

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def reply(kind: int, serial: int, signature: str, *values: Any, **fields: Any) -> bytes:
    body = dbus.pack(signature, *values)
    header: list[Any] = [(8, ("g", signature))]
    if "member" in fields:
        header.append((3, ("s", fields["member"])))
    if "error" in fields:
        header.append((4, ("s", fields["error"])))
    if kind != 4:
        header.append((5, ("u", serial)))
    head = dbus.pack("yyyyuua(yv)", ord("l"), kind, 0, 1, len(body), 7, header)
    return head + bytes(-len(head) % 8) + body


CALL = ("org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "M")


def test_a_call_returns_its_own_answer_and_keeps_signals_for_later(tmp_path: Path) -> None:
    def answer(peer: socket.socket) -> None:
        peer.sendall(b"DATA\r\nOK 0123\r\n")
        peer.recv(4096)
        data = reply(4, 0, "uoss", 1, "/job", "x.scope", "done", member="JobRemoved") + reply(2, 1, "o", "/job")
        for at in range(0, len(data), 7):  # as it may come over a socket
            peer.sendall(data[at : at + 7])

    thread = serve(tmp_path / "bus", answer)
    with closing(dbus.Connection(str(tmp_path / "bus"))) as connection:
        assert connection.call(*CALL) == ("/job",)
        assert connection.signals("JobRemoved") == [(1, "/job", "x.scope", "done")]
        with pytest.raises(OSError, match="hangs up"):
            connection.call(*CALL)
    thread.join()


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"REJECTED EXTERNAL\r\n", dbus.DBusError),
        (b"OK 1\r\n" + reply(3, 1, "s", "no such unit", error="org.freedesktop.systemd1.NoSuchUnit"), dbus.DBusError),
        (b"OK 1\r\n" + b"B" + bytes(15), ValueError),
        (b"OK 1\r\nl\2\0\1" + b"\xff" * 12, ValueError),
        (b"OK 1\r\nl\2\0\1" + bytes(4) + b"\1\0\0\0" + b"\4\0\0\0\1\1\1\1" + bytes(8), (ValueError, OSError)),
        (b"", OSError),
    ],
)
def test_a_hostile_peer_is_an_error(tmp_path: Path, data: bytes, error: Any) -> None:
    thread = serve(tmp_path / "bus", lambda peer: peer.sendall(data))
    with pytest.raises(error), closing(dbus.Connection(str(tmp_path / "bus"))) as connection:
        connection.call(*CALL)
    thread.join()
