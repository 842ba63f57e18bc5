"""Datagrams that only who has the key can read, make or repeat.

The key's two halves come from scrypt. A keystream of SHAKE256 over half a key and a nonce hides the content; a keyed
BLAKE2b (RFC 7693) over everything, the header in clear included, proves whose it is (encrypt, then authenticate). The
nonce is the sender's session, random at its start, and a count. A receiver takes each count once. A session that it
does not know has to prove that it lives now: it is sent a challenge, and only who runs under that session can seal the
answer; what it sent meanwhile waits. So recordings are of no use, neither of this session nor of earlier ones, and no
clock is needed. The kernel's IPsec would be faster, and is not there for users on every machine.

Not protected: how much is sent and when; what was recorded, once somebody learns the key (there is no forward
secrecy); and machines from each other, for all have the same key.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time

from pod.record import Record

FRAME, NAMES, CHALLENGE, ANSWER = range(4)  # what a datagram is about: the last byte of its header
HEADER = 8
_NONCE, _TAG, _SESSION = 24, 16, 16
OVERHEAD = _NONCE + _TAG
_WINDOW = 1024  # datagrams that may arrive out of order
_MOST_SESSIONS = 128
_MOST_WAITING = 32  # datagrams of a session that has not proved itself yet
_PAUSE = 0.1  # seconds between two challenges
_SALT = b"pod overlay network"


class Opened(Record):
    """What was in a datagram that is authentic, though maybe not new."""

    session: bytes
    count: int
    kind: int
    content: bytes


class _Candidate:
    """A session that has not proved itself yet."""

    def __init__(self) -> None:
        self.challenge = os.urandom(_SESSION)
        self.next = 0.0  # when it may be challenged again (monotonic)
        self.waiting: list[Opened] = []


class Seal:
    """The two directions of one network on one machine."""

    def __init__(self, key: str) -> None:
        derived = hashlib.scrypt(key.encode(), salt=_SALT, n=1 << 14, r=8, p=1, dklen=64)
        self._hiding, self._proving = derived[:32], derived[32:]
        self.session = os.urandom(_SESSION)
        self._count = 0
        self._seen: dict[bytes, tuple[int, int]] = {}  # by session: the highest count, and bits for those below it
        self._candidates: dict[bytes, _Candidate] = {}

    def close(self, header: bytes, content: bytes) -> bytes:
        """Return a datagram: the header in clear, the content sealed."""
        self._count += 1
        nonce = self.session + self._count.to_bytes(8, "big")
        sealed = header + nonce + self._mixed(nonce, content)
        return sealed + self._tag(sealed)

    def open(self, datagram: bytes) -> Opened | None:
        """Return what is in a datagram, new or not; None for one that is forged, damaged or our own."""
        if len(datagram) < HEADER + OVERHEAD:
            return None
        sealed, tag = datagram[:-_TAG], datagram[-_TAG:]
        nonce = sealed[HEADER : HEADER + _NONCE]
        if nonce[:_SESSION] == self.session or not hmac.compare_digest(tag, self._tag(sealed)):
            return None
        content = self._mixed(nonce, sealed[HEADER + _NONCE :])
        return Opened(nonce[:_SESSION], int.from_bytes(nonce[_SESSION:], "big"), sealed[HEADER - 1], content)

    def take(self, datagram: bytes) -> tuple[list[Opened], bytes]:
        """Return what is new and from a living session, and what is to be sent back to the sender, if anything."""
        opened = self.open(datagram)
        if opened is None:
            return [], b""
        header = datagram[: HEADER - 1]
        if opened.kind == CHALLENGE:
            ours = opened.content[:_SESSION] == self.session
            return [], self.close(header + bytes([ANSWER]), opened.content[_SESSION:]) if ours else b""
        if opened.session in self._seen:
            return ([opened] if opened.kind != ANSWER and self._is_new(opened) else []), b""
        if opened.kind == ANSWER:
            return self._admit(opened), b""
        return [], self._challenge(opened, header)

    def _challenge(self, opened: Opened, header: bytes) -> bytes:
        candidate = self._candidates.get(opened.session)
        if candidate is None:
            if len(self._candidates) >= _MOST_SESSIONS:
                del self._candidates[next(iter(self._candidates))]
            candidate = self._candidates[opened.session] = _Candidate()
        if len(candidate.waiting) < _MOST_WAITING:
            candidate.waiting.append(opened)
        now = time.monotonic()
        if now < candidate.next:
            return b""
        candidate.next = now + _PAUSE
        return self.close(header + bytes([CHALLENGE]), opened.session + candidate.challenge)

    def _admit(self, opened: Opened) -> list[Opened]:
        """Let a session in that has answered its challenge, with what it has sent before."""
        candidate = self._candidates.get(opened.session)
        if candidate is None or not hmac.compare_digest(opened.content, candidate.challenge):
            return []
        del self._candidates[opened.session]
        if len(self._seen) >= _MOST_SESSIONS:
            del self._seen[next(iter(self._seen))]
        self._seen[opened.session] = (0, 0)
        return [waiting for waiting in candidate.waiting if self._is_new(waiting)]

    def _mixed(self, nonce: bytes, content: bytes) -> bytes:
        stream = hashlib.shake_256(self._hiding + nonce).digest(len(content))
        return (int.from_bytes(content, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(content), "big")

    def _tag(self, sealed: bytes) -> bytes:
        return hashlib.blake2b(sealed, key=self._proving, digest_size=_TAG).digest()

    def _is_new(self, opened: Opened) -> bool:
        """Take note of a datagram; False for one that was taken already, or is too old to know."""
        highest, bits = self._seen[opened.session]
        count = opened.count
        if count > highest:
            kept = bits << (count - highest) if count - highest < _WINDOW else 0
            self._seen[opened.session] = (count, (kept | 1) & ((1 << _WINDOW) - 1))
            return True
        bit = 1 << (highest - count)
        if highest - count >= _WINDOW or bits & bit:
            return False
        self._seen[opened.session] = (highest, bits | bit)
        return True
