"""How index.json lies on disk: JSON as the OCI layout has it (image-layout.md), with a line for each descriptor.

A change takes the lines apart, touches its own, and puts them together again: none of the other thousand is understood
for that. No line break can be inside of a descriptor, since JSON's strings have none. An index in any other form (an
older pod's, another tool's) is understood as a whole once, and has its lines from the next change on.
"""

from __future__ import annotations

import os

from pod.linux import files, jsonfile
from pod.oci import media_types
from pod.oci.manifest import Descriptor, Index

HEAD = b'{"schemaVersion":2,"mediaType":"' + media_types.OCI_INDEX.encode() + b'","manifests":[\n'
TAIL = b"\n]}\n"
BETWEEN = b",\n"


_BLANK = b"\n "


def in_lines(text: bytes) -> bool:
    """True where each descriptor has a line of its own, and no line is blank."""
    return text.startswith(HEAD) and text.endswith(TAIL) and _BLANK not in text


def split(text: bytes) -> list[bytes]:
    """Return the descriptors of an index, each as JSON. Raises ValueError for one that is broken."""
    if in_lines(text):
        if len(text) == len(HEAD) + len(TAIL):
            return []
        lines = text.split(BETWEEN)
        lines[0] = lines[0][len(HEAD) :]
        lines[-1] = lines[-1][: -len(TAIL)]
        return lines
    return [line(descriptor) for descriptor in Index.from_json(jsonfile.loads(text)).manifests]


def take_out(path: str, lines: list[bytes], kept: list[bytes]) -> bool:
    """Take lines out of an index in its place: a full disk has no room for another one. They become blanks.

    False where more is to be changed than that, or the index is not the one with these lines. It is the same file with
    fewer descriptors for any reader; it gets its form back by the next change that finds room.
    """
    staying = set(kept)
    if [line for line in lines if line in staying] != kept or files.read_bytes(path) != join(lines):
        return False
    left, pieces = len(kept), [HEAD]
    for number, line in enumerate(lines):
        stays = line in staying
        left -= stays
        pieces.append(line if stays else b" " * len(line))
        if number < len(lines) - 1:
            pieces.append(BETWEEN if stays and left else b" \n")
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.pwrite(fd, b"".join((*pieces, TAIL)), 0)
        os.fsync(fd)
    finally:
        os.close(fd)
    return True


def line(descriptor: Descriptor) -> bytes:
    """Return a descriptor as it stands in the index."""
    return jsonfile.dumps(descriptor.to_json())


def understood(text: bytes) -> Descriptor:
    """Return what a line says. Raises ValueError."""
    return Descriptor.from_json(jsonfile.loads(text))


def line_at(text: bytes, position: int) -> bytes:
    """Return the line of an index in lines that a position is in."""
    begin = text.rfind(b"\n", 0, position) + 1
    return text[begin : text.index(b"\n", position)].removesuffix(b",")


def join(lines: list[bytes]) -> bytes:
    """Return the index with these lines."""
    if not lines:
        return HEAD + TAIL
    if len(lines) == 1:
        return HEAD + lines[0] + TAIL
    return BETWEEN.join((HEAD + lines[0], *lines[1:-1], lines[-1] + TAIL))  # half a megabyte is copied once
