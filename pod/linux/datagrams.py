"""Datagrams by the dozen: recvmmsg(2) and sendmmsg(2) on one set of buffers, so that what came is passed on uncopied.

One call for many of them costs a forwarder in Python what one call for each costs a compiled one.
"""

from __future__ import annotations

import ctypes
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 32
_SIZE = 1 << 16  # no datagram is larger (udp(7))
_NAME = 32  # bytes of room for a sockaddr_in6 (28)
_MSG_DONTWAIT = 0x40


class _Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Message(ctypes.Structure):
    """struct msghdr."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("vectors", ctypes.POINTER(_Vector)),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Header(ctypes.Structure):
    """struct mmsghdr."""

    _anonymous_ = ("message",)
    _fields_ = (("message", _Message), ("received", ctypes.c_uint32))


_libc = ctypes.CDLL(None, use_errno=True)
_libc.recvmmsg.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p)
_libc.sendmmsg.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)


class Batch:
    """Room for some datagrams and the addresses that they came from."""

    def __init__(self) -> None:
        self._data = ctypes.create_string_buffer(_SIZE * MOST)  # memory is taken by the pages that are written
        self._names = ctypes.create_string_buffer(_NAME * MOST)
        self._vectors = (_Vector * MOST)()
        self._headers = (_Header * MOST)()
        data, names = ctypes.addressof(self._data), ctypes.addressof(self._names)
        for index, (header, vector) in enumerate(zip(self._headers, self._vectors, strict=True)):
            vector.base = data + index * _SIZE
            vector.length = _SIZE
            header.name = names + index * _NAME
            header.name_length = _NAME
            header.vectors = ctypes.pointer(vector)
            header.vector_count = 1
        self._each = list(zip(self._headers, self._vectors, strict=True))
        self._as_received = bytes(self._headers), bytes(self._vectors)

    def receive(self, fd: int) -> int:
        """Take what has come to a socket and return how many datagrams that is. Raises OSError: see recvmmsg(2)."""
        headers, vectors = self._as_received
        ctypes.memmove(self._headers, headers, len(headers))
        ctypes.memmove(self._vectors, vectors, len(vectors))
        return _check(_libc.recvmmsg(fd, self._headers, MOST, _MSG_DONTWAIT, None))

    def senders(self, count: int) -> Iterator[tuple[bytes, int, int]]:
        """Yield the address (a sockaddr) that datagrams in a row came from, the first of them and how many they are."""
        names = self._names.raw
        first = 0
        for index in range(1, count + 1):
            sender = names[first * _NAME : (first + 1) * _NAME]
            if index == count or names[index * _NAME : (index + 1) * _NAME] != sender:
                yield sender, first, index - first
                first = index

    def send(self, fd: int, first: int, count: int, address: bytes = b"") -> None:
        """Send some of what was received, to an address or to the socket's peer; what cannot be sent is lost."""
        name = ctypes.create_string_buffer(address, len(address)) if address else None
        place = ctypes.addressof(name) if name is not None else None
        end = first + count
        for header, vector in self._each[first:end]:
            vector.length = header.received
            header.name = place
            header.name_length = len(address)
        while first < end:
            headers = ctypes.addressof(self._headers) + first * ctypes.sizeof(_Header)
            sent: int = _libc.sendmmsg(fd, headers, end - first, _MSG_DONTWAIT)
            first += sent if sent > 0 else 1


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
