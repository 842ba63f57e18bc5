"""As much of D-Bus as a call of a method takes, by hand: D-Bus Specification, "Message Protocol" and "Authentication".

Every container's start waits for it where the user has a systemd: importing a library (jeepney) takes ten times as long
as the call.
"""

from __future__ import annotations

import _socket
import struct
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_CALL, _REPLY, _ERROR, _SIGNAL = 1, 2, 3, 4
_PATH, _INTERFACE, _MEMBER, _ERROR_NAME, _REPLY_SERIAL, _DESTINATION, _SIGNATURE = 1, 2, 3, 4, 5, 6, 8
_NUMBERS = {"y": "B", "b": "I", "n": "h", "q": "H", "i": "i", "u": "I", "x": "q", "t": "Q", "d": "d", "h": "I"}
_FIELDS = "a(yv)"
_LARGEST = 1 << 20  # bytes of an answer
_SECONDS = 30.0  # for a bus that hangs


class DBusError(Exception):
    """The other side refuses, or does not speak D-Bus. `name` is the error's, such as org.freedesktop.DBus.Error.…"""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message or name)
        self.name = name


def pack(signature: str, *values: Any) -> bytes:
    """Return values as a message's body, little endian. A variant is a pair of its signature and its value."""
    out = bytearray()
    for kind, value in zip(_split(signature), values, strict=True):
        _pack(out, kind, value)
    return bytes(out)


def unpack(signature: str, data: bytes, offset: int = 0) -> tuple[Any, ...]:
    """Return the values of a body; variants without their signatures. Raises ValueError."""
    found = []
    try:
        for kind in _split(signature):
            value, offset = _unpack(data, offset, kind)
            found.append(value)
    except (struct.error, IndexError, UnicodeDecodeError, RecursionError) as err:
        raise ValueError(f"broken D-Bus message: {err}") from err
    return tuple(found)


def _split(signature: str) -> list[str]:
    """Return the single complete types of a signature."""
    kinds = []
    while signature:
        end = _end(signature, 0)
        kinds.append(signature[:end])
        signature = signature[end:]
    return kinds


def _end(signature: str, start: int) -> int:
    """Return where the single complete type ends that starts there."""
    if signature[start] == "a":
        return _end(signature, start + 1)
    if signature[start] not in "({":
        return start + 1
    at = start + 1
    while signature[at] not in ")}":
        at = _end(signature, at)
    return at + 1


def _alignment(kind: str) -> int:
    first = kind[0]
    if first in "({":
        return 8
    if first in "gv":
        return 1
    return struct.calcsize(_NUMBERS[first]) if first in _NUMBERS else 4


def _pack(out: bytearray, kind: str, value: Any) -> None:
    first = kind[0]
    _pad(out, _alignment(kind))
    if first in _NUMBERS:
        out += struct.pack(f"<{_NUMBERS[first]}", value)
    elif first in "so":
        text = value.encode()
        out += struct.pack("<I", len(text)) + text + b"\0"
    elif first == "g":
        out += bytes([len(value)]) + value.encode() + b"\0"
    elif first == "v":
        _pack(out, "g", value[0])
        _pack(out, *value)
    elif first == "a":
        size = len(out)
        out += bytes(4)
        _pad(out, _alignment(kind[1:]))
        start = len(out)
        for item in value:
            _pack(out, kind[1:], item)
        struct.pack_into("<I", out, size, len(out) - start)
    else:
        for inner, item in zip(_split(kind[1:-1]), value, strict=True):
            _pack(out, inner, item)


def _pad(out: bytearray, alignment: int) -> None:
    out += bytes(-len(out) % alignment)


def _unpack(data: bytes, offset: int, kind: str) -> tuple[Any, int]:
    first = kind[0]
    offset += -offset % _alignment(kind)
    if first in _NUMBERS:
        code = f"<{_NUMBERS[first]}"
        return struct.unpack_from(code, data, offset)[0], offset + struct.calcsize(code)
    if first in "sog":
        size = data[offset] if first == "g" else struct.unpack_from("<I", data, offset)[0]
        start = offset + (1 if first == "g" else 4)
        return data[start : start + size].decode(), start + size + 1
    if first == "v":
        inner, offset = _unpack(data, offset, "g")
        return _unpack(data, offset, inner)
    items = []
    if first == "a":
        size = struct.unpack_from("<I", data, offset)[0]
        offset += 4
        offset += -offset % _alignment(kind[1:])
        end = offset + size
        while offset < min(end, len(data)):
            item, after = _unpack(data, offset, kind[1:])
            if after == offset:
                raise ValueError("broken D-Bus message: items of no size")
            items.append(item)
            offset = after
        return items, end
    for inner in _split(kind[1:-1]):
        item, offset = _unpack(data, offset, inner)
        items.append(item)
    return tuple(items), offset


def call_message(
    serial: int, destination: str, path: str, interface: str, member: str, signature: str = "", *values: Any
) -> bytes:
    """Return the message that calls a method."""
    fields = [(_PATH, ("o", path)), (_INTERFACE, ("s", interface)), (_MEMBER, ("s", member))]
    fields.append((_DESTINATION, ("s", destination)))
    if signature:
        fields.append((_SIGNATURE, ("g", signature)))
    body = pack(signature, *values)
    head = bytearray(pack(f"yyyyuu{_FIELDS}", ord("l"), _CALL, 0, 1, len(body), serial, fields))
    _pad(head, 8)
    return bytes(head) + body


class Message:
    """A message that has come in."""

    def __init__(self, kind: int, fields: dict[int, Any], body: tuple[Any, ...]) -> None:
        self.kind = kind
        self.member = fields.get(_MEMBER, "")
        self.error = fields.get(_ERROR_NAME, "")
        self.reply_to = fields.get(_REPLY_SERIAL, 0)
        self.body = body


class Connection:
    """A connection to a bus, or to a service that serves without one. Raises OSError, DBusError, ValueError."""

    def __init__(self, path: str) -> None:
        self._deadline = time.monotonic() + _SECONDS
        self._socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM | _socket.SOCK_CLOEXEC)
        self._received = b""
        self._serial = 0
        self._signals: list[Message] = []
        try:
            self._socket.settimeout(_SECONDS)
            self._socket.connect(path)
            # Who we are is what the kernel says: a user namespace has its own opinion of our number.
            self._socket.sendall(b"\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n")
            answer = b""
            while not answer.startswith(b"OK "):
                answer = self._line()
                if not answer.startswith((b"OK ", b"DATA")):
                    raise DBusError("rejected", f"{path}: {answer.decode(errors='replace')}")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._socket.close()

    def call(
        self, destination: str, path: str, interface: str, member: str, signature: str = "", *values: Any
    ) -> tuple[Any, ...]:
        """Call a method and return what it returns."""
        self._serial += 1
        self._socket.sendall(call_message(self._serial, destination, path, interface, member, signature, *values))
        while True:
            message = self._message()
            if message.kind == _SIGNAL:
                self._signals.append(message)
            elif message.reply_to == self._serial and message.kind == _ERROR:
                raise DBusError(message.error, str(message.body[0]) if message.body else "")
            elif message.reply_to == self._serial:
                return message.body

    def signals(self, member: str) -> Sequence[tuple[Any, ...]]:
        """Return the bodies of the signals of that name: those that have come already, or the next one."""
        while not (found := [message.body for message in self._signals if message.member == member]):
            message = self._message()
            if message.kind == _SIGNAL:
                self._signals.append(message)
        self._signals.clear()
        return found

    def _line(self) -> bytes:
        while b"\r\n" not in self._received:
            self._receive()
        line, _, self._received = self._received.partition(b"\r\n")
        return line

    def _message(self) -> Message:
        head = self._need(16)
        if head[:1] != b"l":
            raise ValueError("a D-Bus message that is not little endian")
        size, _serial, fields_size = struct.unpack_from("<III", head, 4)
        body_at = 16 + fields_size + -fields_size % 8
        if size + body_at > _LARGEST:
            raise ValueError("a D-Bus message is too large")
        data = self._need(body_at + size)
        self._received = self._received[body_at + size :]
        fields = dict(unpack(_FIELDS, data, 12)[0])
        body = unpack(fields.get(_SIGNATURE, ""), data[body_at : body_at + size])
        return Message(head[1], fields, body)

    def _need(self, size: int) -> bytes:
        while len(self._received) < size:
            self._receive()
        return self._received[:size]

    def _receive(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no answer")
        self._socket.settimeout(left)
        data = self._socket.recv(1 << 16)
        if not data:
            raise ConnectionResetError("the bus hangs up")
        self._received += data
