"""The contents of a block of a log, its prefixes taken off: one pass of a regular expression over many lines."""

from __future__ import annotations

from pod.engine.log_files import LineEnds
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_SMALL = 1 << 14
_START = (
    rb"\n.{30} stdout F "  # of a whole line, and the end of the one before: with ^ it would take four times as long
)
_START_WITH_TIME = rb"\n(.{30} )stdout F "
PLAIN = b"\x1b[0m"


class Prefix(Record):
    """What is shown before each line: a label, the line's time, details; all of it in a colour of the terminal's."""

    label: bytes = b""
    timestamps: bool = False
    details: bytes = b""
    color: bytes = b""


def block_of(time: str, stream: str, data: bytes) -> bytes:
    """Return an entry of another kind of log as a line of this one."""
    end = b"F" if data.endswith(b"\n") else b"P"
    return b"%s %s %s %s\n" % (time.encode(), stream.encode(), end, data.removesuffix(b"\n"))


def contents(block: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield (stream, bytes) for whole lines of a log; lines that a crash has cut off are left out."""
    if len(block) >= _SMALL:  # importing `re` takes longer than going through less than that line by line
        import re

        texts = re.split(_START, b"\n" + block[:-1])
        if _is_uniform(texts[0], len(texts) - 1, block):
            texts[0] = texts.pop(1)
            yield "stdout", b"\n".join(texts) + b"\n"
            return
    current = b""
    pending: list[bytes] = []
    for parts in _entries(block):
        if parts[1] != current:
            if pending:
                yield current.decode(), b"".join(pending)
            current, pending = parts[1], []
        pending.append(parts[3] + b"\n" if parts[2] == b"F" else parts[3])
    if pending:
        yield current.decode(), b"".join(pending)


def _is_uniform(before: bytes, found: int, block: bytes) -> bool:
    """True where every line is a whole one of stdout, and none is cut off: that has become the end of another text."""
    return not before and block.count(b"\n") == found


def _entries(block: bytes) -> Iterator[list[bytes]]:
    for line in block[:-1].split(b"\n"):
        parts = line.split(b" ", 3)
        if len(parts) == 4 and parts[1] in (b"stdout", b"stderr"):
            yield parts


class Prefixer:
    """Puts the prefix before the lines of a log, block after block: it remembers which streams are inside a line."""

    def __init__(self, prefix: Prefix) -> None:
        self._prefix = prefix
        self._inside = {b"stdout": False, b"stderr": False}

    def contents(self, block: bytes) -> Iterator[tuple[str, bytes]]:
        """Yield (stream, bytes) with prefixes, for whole lines of a log."""
        prefix = self._prefix
        if len(block) >= _SMALL and not self._inside[b"stdout"] and not prefix.color:
            import re

            parts = re.split(_START_WITH_TIME, b"\n" + block[:-1])
            if _is_uniform(parts[0], len(parts) // 2, block):
                yield "stdout", self._joined(parts)
                return
        yield from self._line_by_line(block)

    def _joined(self, parts: list[bytes]) -> bytes:
        """Return the lines of a block that was split into their times and texts."""
        label, details = b"\n" + self._prefix.label, self._prefix.details
        if not self._prefix.timestamps:
            return (label + details).join((b"", *parts[2::2]))[1:] + b"\n"
        starts = parts[1::2]
        if label != b"\n" or details:
            parts[1::2] = [label + time + details for time in starts]
        else:
            parts[1::2] = [b"\n" + time for time in starts]
        return b"".join(parts)[1:] + b"\n"

    def _line_by_line(self, block: bytes) -> Iterator[tuple[str, bytes]]:
        prefix = self._prefix
        current = b""
        pending: list[bytes] = []
        for time, stream, tag, text in _entries(block):
            if stream != current and pending:
                yield current.decode(), b"".join(pending)
                pending = []
            current = stream
            start = b""
            if not self._inside[stream]:
                start = prefix.label + (time + b" " if prefix.timestamps else b"") + prefix.details
            self._inside[stream] = tag != b"F"
            pending += [prefix.color, start, text, PLAIN if prefix.color else b"", b"\n" if tag == b"F" else b""]
        if pending:
            yield current.decode(), b"".join(pending)


def _is_end(entry: bytes) -> bool:
    fields = entry.split(b" ", 3)
    return len(fields) == 4 and fields[2] == b"F"


def _count_ends(block: bytes) -> int:
    if b" P " not in block:
        return block.count(b"\n")
    return sum(map(_is_end, block[:-1].split(b"\n")))


LINE_ENDS = LineEnds(_is_end, _count_ends)
