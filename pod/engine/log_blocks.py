"""The contents of a block of a log, its prefixes taken off: one pass of a regular expression over many lines."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_SMALL = 1 << 14


def contents(block: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield (stream, bytes) for whole lines of a log; lines that a crash has cut off are left out."""
    if len(block) < _SMALL:  # importing `re` takes longer than this
        yield from _line_by_line(block)
        return
    import re

    parts = re.split(rb"^\S+ (stdout|stderr) ([FP]) ", block, flags=re.MULTILINE)
    streams, tags, texts = parts[1::3], parts[2::3], parts[3::3]
    # A cut-off line has no prefix and so has become the end of the text before it.
    if set(streams) == {b"stdout"} and set(tags) == {b"F"} and not parts[0] and block.count(b"\n") == len(texts):
        yield "stdout", b"".join(texts)
    else:
        yield from _line_by_line(block)


def _line_by_line(block: bytes) -> Iterator[tuple[str, bytes]]:
    current = b""
    pending: list[bytes] = []
    for line in block[:-1].split(b"\n"):
        parts = line.split(b" ", 3)
        if len(parts) < 4 or parts[1] not in (b"stdout", b"stderr"):
            continue
        if parts[1] != current:
            if pending:
                yield current.decode(), b"".join(pending)
            current, pending = parts[1], []
        pending.append(parts[3] + b"\n" if parts[2] == b"F" else parts[3])
    if pending:
        yield current.decode(), b"".join(pending)
