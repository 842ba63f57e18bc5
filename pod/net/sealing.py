"""Datagrams that only who has the key can read, make or repeat.

The key's two halves come from scrypt. A keystream of SHAKE256 over half a key and a nonce hides the content, a keyed
BLAKE2b (RFC 7693) over everything proves whose it is. The nonce is when and who the sender is, and a count: a receiver
takes each one once; it cannot know those from before it was started. The kernel's IPsec would be faster, and is not
there for users on every machine.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time

_NONCE, _TAG = 24, 16
OVERHEAD = _NONCE + _TAG
_WINDOW = 1024  # datagrams that may arrive out of order
_MOST_SENDERS = 64
_SALT = b"pod overlay network"


class Seal:
    """The two directions of one tunnel with one key."""

    def __init__(self, key: str) -> None:
        derived = hashlib.scrypt(key.encode(), salt=_SALT, n=1 << 14, r=8, p=1, dklen=64)
        self._hiding, self._proving = derived[:32], derived[32:]
        self._sender = time.time_ns().to_bytes(8, "big") + os.urandom(8)
        self._count = 0
        self._seen: dict[bytes, tuple[int, int]] = {}  # by who sent: the highest count, and bits for those below it

    def close(self, content: bytes) -> bytes:
        """Return a content sealed."""
        self._count += 1
        nonce = self._sender + self._count.to_bytes(8, "big")
        sealed = nonce + self._mixed(nonce, content)
        return sealed + self._tag(sealed)

    def open(self, datagram: bytes) -> bytes | None:
        """Return what is in a sealed datagram; None for one that is forged, damaged or was here before."""
        if len(datagram) < OVERHEAD:
            return None
        sealed, tag = datagram[:-_TAG], datagram[-_TAG:]
        if not hmac.compare_digest(tag, self._tag(sealed)):
            return None
        nonce = sealed[:_NONCE]
        if not self._is_new(nonce[:16], int.from_bytes(nonce[16:], "big")):
            return None
        return self._mixed(nonce, sealed[_NONCE:])

    def _mixed(self, nonce: bytes, content: bytes) -> bytes:
        stream = hashlib.shake_256(self._hiding + nonce).digest(len(content))
        return (int.from_bytes(content, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(content), "big")

    def _tag(self, sealed: bytes) -> bytes:
        return hashlib.blake2b(sealed, key=self._proving, digest_size=_TAG).digest()

    def _is_new(self, sender: bytes, count: int) -> bool:
        """Take note of a datagram; False for one that was taken already, or is too old to know."""
        if sender == self._sender:
            return False  # our own, sent back
        if sender not in self._seen:
            if len(self._seen) >= _MOST_SENDERS:
                del self._seen[min(self._seen)]  # the one that was started first
            self._seen[sender] = (0, 0)
        highest, bits = self._seen[sender]
        if count > highest:
            kept = bits << (count - highest) if count - highest < _WINDOW else 0
            self._seen[sender] = (count, (kept | 1) & ((1 << _WINDOW) - 1))
            return True
        bit = 1 << (highest - count)
        if highest - count >= _WINDOW or bits & bit:
            return False
        self._seen[sender] = (highest, bits | bit)
        return True
