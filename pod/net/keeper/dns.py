"""Messages of the domain name system: reading a question, writing an answer (RFC 1035, RFC 6891 for EDNS)."""

from __future__ import annotations

import struct

from pod.net import addresses
from pod.record import Record

A, PTR, AAAA, OPT, ANY = 1, 12, 28, 41, 255
_IN = 1
NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5
TTL = 0  # an answer changes the moment a container starts or stops: nobody is to keep it
_CLASSIC_SIZE = 512
_LARGEST_ANSWER = 4096  # over UDP, whatever the client says it takes
_HEADER = struct.Struct(">HHHHHH")
_QR, _AA, _TC, _RD, _RA = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080
_OPCODE = 0x7800


class Question(Record):
    """One question: the query that it came in, its parts, and how large a datagram may answer it."""

    id: int
    flags: int
    name: str  # lower case, without the last dot
    type: int
    raw: bytes  # as it stands in the query, for the answer to repeat
    size: int = _CLASSIC_SIZE
    extended: bool = False  # it came with EDNS, and so must the answer


def parse_question(query: bytes) -> Question | None:
    """Return the question of a query; None for what is none, or is of a kind that nobody uses."""
    if len(query) < _HEADER.size:
        return None
    number, flags, questions, _answers, _authorities, additional = _HEADER.unpack_from(query)
    if flags & (_QR | _OPCODE) or questions != 1:
        return None
    try:
        name, at = _name(query, _HEADER.size)
        kind, _class = struct.unpack_from(">HH", query, at)
    except (struct.error, IndexError, UnicodeDecodeError):
        return None
    size, extended = _size(query, at + 4) if additional else (_CLASSIC_SIZE, False)
    return Question(number, flags, name, kind, query[_HEADER.size : at + 4], size, extended)


def _name(data: bytes, at: int) -> tuple[str, int]:
    """Read a name without compression, which a question has no use for; raises IndexError for anything else."""
    labels: list[str] = []
    total = 0
    while length := data[at]:
        if length > 63 or (total := total + length + 1) > 254 or at + length >= len(data):
            raise IndexError
        labels.append(data[at + 1 : at + 1 + length].decode("ascii").lower())
        at += length + 1
    return ".".join(labels), at + 1


def _size(data: bytes, at: int) -> tuple[int, bool]:
    """Return what the EDNS record behind the question says of the size; only one without other records is looked at."""
    if data[at : at + 1] == b"\0" and len(data) >= at + 11 and int.from_bytes(data[at + 1 : at + 3], "big") == OPT:
        asked = int.from_bytes(data[at + 3 : at + 5], "big")
        return max(_CLASSIC_SIZE, min(asked, _LARGEST_ANSWER)), True
    return _CLASSIC_SIZE, False


def answer(question: Question, records: list[bytes], code: int = NOERROR, *, limit: int = 0) -> bytes:
    """Return the answer; one that is larger than `limit` is cut and says so, that it be asked for again over TCP."""
    flags = _QR | _RA | (question.flags & _RD) | code | (_AA if code in (NOERROR, NXDOMAIN) else 0)
    tail = b"\0" + struct.pack(">HHIH", OPT, _LARGEST_ANSWER, 0, 0) if question.extended else b""
    extra = 1 if tail else 0
    whole = _HEADER.pack(question.id, flags, 1, len(records), 0, extra) + question.raw + b"".join(records) + tail
    if limit and len(whole) > limit:
        return _HEADER.pack(question.id, flags | _TC, 1, 0, 0, extra) + question.raw + tail
    return whole


def code(message: bytes) -> int:
    """Return what became of a question: NOERROR, NXDOMAIN …"""
    return message[3] & 0xF


def fitting(question: Question, message: bytes) -> bytes:
    """Return somebody's answer as it fits into the datagram that the question allows: whole, or cut."""
    return message if len(message) <= question.size else answer(question, [b"\0" * question.size], limit=question.size)


_NAME_OF_QUESTION = b"\xc0\x0c"


def address_record(address: str) -> bytes:
    """Return an A or AAAA record for the question's name."""
    raw = addresses.packed(address)
    kind = AAAA if len(raw) == 16 else A
    return _NAME_OF_QUESTION + struct.pack(">HHIH", kind, _IN, TTL, len(raw)) + raw


def pointer_record(name: str) -> bytes:
    """Return a PTR record for the question's name."""
    raw = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    return _NAME_OF_QUESTION + struct.pack(">HHIH", PTR, _IN, TTL, len(raw)) + raw


def reversed_address(name: str) -> str:
    """Return the address that a name of in-addr.arpa or ip6.arpa is about; "" for other names."""
    try:
        if name.endswith(".in-addr.arpa"):
            return addresses.canonical(".".join(reversed(name.removesuffix(".in-addr.arpa").split("."))))
        if name.endswith(".ip6.arpa"):
            digits = "".join(reversed(name.removesuffix(".ip6.arpa").split(".")))
            return (
                addresses.canonical(":".join(digits[at : at + 4] for at in range(0, 32, 4)))
                if len(digits) == 32
                else ""
            )
    except ValueError:
        pass
    return ""
