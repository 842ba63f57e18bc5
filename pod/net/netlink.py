"""Netlink in as few lines as bridge networks need: packing of messages, one request and its answer (netlink(7)).

pyroute2 can do all of this and more; importing it takes 100 ms and 20 MB, twice what a whole container may take.
"""

from __future__ import annotations

import _socket
import errno
import os
import struct

NLM_F_REQUEST = 0x1
NLM_F_ACK = 0x4
NLM_F_EXCL = 0x200
NLM_F_CREATE = 0x400
NLM_F_APPEND = 0x800
NLM_F_DUMP = 0x300
NLMSG_ERROR = 2
NLMSG_DONE = 3
NLA_F_NESTED = 0x8000
NETLINK_ROUTE = 0
NETLINK_NETFILTER = 12

_HEADER = struct.Struct("=IHHII")
_AF_NETLINK = 16
_RECEIVE_BUFFER = 1 << 20
_MAXIMUM = 1 << 17


def attribute(kind: int, content: bytes) -> bytes:
    """Return one attribute, padded to four bytes."""
    return struct.pack("=HH", len(content) + 4, kind) + content + b"\0" * (-len(content) % 4)


def nested(kind: int, *attributes: bytes) -> bytes:
    """Return an attribute made of attributes."""
    return attribute(kind | NLA_F_NESTED, b"".join(attributes))


def u32(kind: int, value: int) -> bytes:
    """Return an attribute that is a number in the machine's byte order."""
    return attribute(kind, struct.pack("=I", value))


def be32(kind: int, value: int) -> bytes:
    """Return an attribute that is a number in the network's byte order, as nfnetlink has them."""
    return attribute(kind, struct.pack(">I", value & 0xFFFFFFFF))


def string(kind: int, value: str) -> bytes:
    """Return an attribute that is a text with a zero behind it."""
    return attribute(kind, value.encode() + b"\0")


def parse_attributes(data: bytes) -> dict[int, bytes]:
    """Return attributes by kind; of several of one kind the last."""
    found = {}
    at = 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        if length < 4:
            break
        found[kind & 0x3FFF] = data[at + 4 : at + length]
        at += length + (-length % 4)
    return found


def message(kind: int, flags: int, sequence: int, content: bytes) -> bytes:
    """Return one message, padded to four bytes."""
    length = _HEADER.size + len(content)
    return _HEADER.pack(length, kind, flags | NLM_F_REQUEST, sequence, 0) + content + b"\0" * (-length % 4)


class Netlink:
    """A netlink socket. It stays in the network namespace in which it was made."""

    def __init__(self, protocol: int = NETLINK_ROUTE) -> None:
        self._socket = _socket.socket(_AF_NETLINK, _socket.SOCK_RAW | _socket.SOCK_CLOEXEC, protocol)
        self._socket.setsockopt(_socket.SOL_SOCKET, _socket.SO_RCVBUF, _RECEIVE_BUFFER)
        self._sequence = 0

    def close(self) -> None:
        self._socket.close()

    def request(self, kind: int, content: bytes, flags: int = 0, subject: str = "") -> None:
        """Send one message and wait for its acknowledgement. Raises OSError that names `subject`."""
        self._sequence += 1
        self.send(message(kind, flags | NLM_F_ACK, self._sequence, content), subject)

    def send(self, messages: bytes, subject: str = "") -> None:
        """Send messages and raise the first error that comes back. The kernel has answered when send(2) returns."""
        self._socket.send(messages)
        first = 0
        while True:
            try:
                data = self._socket.recv(_MAXIMUM, _socket.MSG_DONTWAIT)
            except BlockingIOError:
                break
            first = first or _first_error(data)
        if first:
            raise OSError(first, os.strerror(first), subject or None)

    def dump(self, kind: int, content: bytes) -> list[bytes]:
        """Return the contents of the messages that answer a request for a list."""
        self._sequence += 1
        self._socket.send(message(kind, NLM_F_DUMP, self._sequence, content))
        found: list[bytes] = []
        while True:
            data = self._socket.recv(_MAXIMUM)
            for answer, body in _split(data):
                if answer == NLMSG_DONE:
                    return found
                if answer == NLMSG_ERROR:
                    raise OSError(_first_error(data) or errno.EIO, "netlink")
                found.append(body)


def _split(data: bytes) -> list[tuple[int, bytes]]:
    found = []
    at = 0
    while at + _HEADER.size <= len(data):
        length, kind, _flags, _sequence, _pid = _HEADER.unpack_from(data, at)
        found.append((kind, data[at + _HEADER.size : at + length]))
        at += max(length + (-length % 4), _HEADER.size)
    return found


def _first_error(data: bytes) -> int:
    """Return the errno of the first failure among the answers, 0 where all are acknowledgements."""
    for kind, body in _split(data):
        if kind == NLMSG_ERROR and (number := -struct.unpack_from("=i", body)[0]):
            return int(number)
    return 0
