"""Layers as zstd:chunked: a zstd stream with a table of contents, from which single files can be fetched and read.

Every regular file's data are frames of their own, so that the range which the table names decompresses alone. The
table (JSON, compressed) and a footer that tells its place follow in skippable frames (RFC 8878, 3.1.2): to whoever
does not know of them, the layer is plain zstd. Format: pkg/chunked of containers/storage, manifest version 1.

No tar-split data are made, from which a reader could put the archive together again: their fields are 0.
"""

from __future__ import annotations

import base64
import hashlib
import os
import struct
from datetime import UTC, datetime

from pod.linux import jsonfile
from pod.record import Record
from pod.storage import compressors
from pod.storage.tar import member
from pod.storage.tar.reader import TarReader
from pod.storage.tar.source import CHUNK, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from pod.oci.manifest import Descriptor
    from pod.storage.compressors import Compressor
    from pod.storage.tar.member import Member

KIND = "zstd:chunked"
CHECKSUM = "io.github.containers.zstd-chunked.manifest-checksum"
POSITION = "io.github.containers.zstd-chunked.manifest-position"
ANNOTATIONS = frozenset((CHECKSUM, POSITION, "io.github.containers.zstd-chunked.tarsplit-position"))

FRAME = 4 << 20  # of data in one frame: larger files are chunks, each with a digest
MAX_TABLE = 150 << 20  # uncompressed; containers/storage reads no larger one
_SKIPPABLE = struct.Struct("<4sI")  # magic number, length
_MAGIC = b"\x50\x2a\x4d\x18"
_FOOTER = struct.Struct("<7Q8s")  # place, length, plain length and type of the table; three of tar-split; magic
_FOOTER_MAGIC = b"GNUlInUx"
_TABLE_TYPE = 1
_TYPES = {
    member.FILE: "reg",
    member.DIRECTORY: "dir",
    member.SYMLINK: "symlink",
    member.HARDLINK: "hardlink",
    member.FIFO: "fifo",
    member.CHARACTER_DEVICE: "char",
    member.BLOCK_DEVICE: "block",
}


def table_annotations(layer: Descriptor) -> dict[str, str]:
    """Return the annotations that tell where a layer's table of contents is, none where it has none."""
    found = {key: value for key, value in layer.annotations.items() if key in ANNOTATIONS}
    return found if CHECKSUM in found and POSITION in found else {}


def compress(pieces: Iterator[bytes], write: Callable[[bytes], object], level: int | None = None) -> dict[str, str]:
    """Write an uncompressed layer as zstd:chunked; return the annotations of its descriptor.

    There are none, and no table, where the layer has what a table cannot tell: names that are no UTF-8, sparse files,
    times beyond the year 9999. Raises ArchiveError for what is no archive, StorageError where there is no zstd.
    """
    frames = _Frames(compressors.frames(level), write)
    table = _Table(level)
    source = _CopiedSource(lambda _size: next(pieces, b""), frames.add)
    reader = TarReader(source)
    for found in reader:
        chunks: list[_Chunk] = []
        digest = _store(reader, frames, chunks) if found.kind == member.FILE and found.stored else ""
        table.add(found, digest, chunks, frames.offset)
    source.drain()
    frames.cut()
    return table.finish(frames)


def _store(reader: TarReader, frames: _Frames, chunks: list[_Chunk]) -> str:
    """Put the data of the present member into frames of their own; return their digest."""
    frames.cut()
    whole = hashlib.sha256()
    at = 0
    while True:
        start = frames.offset
        data = reader.take(FRAME)
        if not data:
            return f"sha256:{whole.hexdigest()}"
        frames.cut()
        whole.update(data)
        chunks.append(_Chunk(at, len(data), start, f"sha256:{hashlib.sha256(data).hexdigest()}"))
        at += len(data)


class _Chunk(Record):
    """A part of a file: where it is in the file, and where its frame begins in the layer."""

    at: int
    size: int
    offset: int
    digest: str


class _CopiedSource(Source):
    """A source that hands on all that the reader passes over."""

    def __init__(self, read: Callable[[int], bytes], copy: Callable[[bytes], None]) -> None:
        super().__init__(read)
        self._copy = copy

    def take(self, size: int) -> bytes:
        data = super().take(size)
        self._copy(data)
        return data

    def skip(self, size: int) -> None:
        while size:
            passed = min(size, CHUNK)
            if not self.take(passed):
                raise self._truncated()
            size -= passed

    def drain(self) -> None:
        self._copy(self._buffer[self._at :])
        self._at = len(self._buffer)
        while self._fill(1):
            self._copy(self._buffer)
            self._at = len(self._buffer)


class _Frames:
    """The layer as it is written: data are gathered until a frame is full, or cut off."""

    def __init__(self, compress: Callable[[bytes], bytes], write: Callable[[bytes], object]) -> None:
        self.offset = 0  # of what comes next, once it was cut
        self._compress = compress
        self._write = write
        self._data = bytearray()

    def add(self, data: bytes) -> None:
        self._data += data
        if len(self._data) >= FRAME:
            self.cut()

    def cut(self) -> None:
        """End the frame, so that what follows can be read alone."""
        if self._data:
            self._put(self._compress(bytes(self._data)))
            self._data.clear()

    def skippable(self, data: bytes) -> int:
        """Write a frame that decoders pass over; return where its data are."""
        start = self.offset + _SKIPPABLE.size
        self._put(_SKIPPABLE.pack(_MAGIC, len(data)) + data)
        return start

    def _put(self, frame: bytes) -> None:
        self._write(frame)
        self.offset += len(frame)


class _Table:
    """The table of contents, compressed while it grows."""

    def __init__(self, level: int | None) -> None:
        self._compressor: Compressor | None = compressors.make("zstd", level)
        self._parts: list[bytes] = []
        self._size = 0
        self._separator = b""
        self._put(b'{"version":1,"entries":[')

    def add(self, found: Member, digest: str, chunks: list[_Chunk], end: int) -> None:
        """Take a member up; what cannot be told makes an end of the table."""
        if self._compressor is None:
            return
        try:
            for entry in _entries(found, digest, chunks, end):
                self._put(self._separator + jsonfile.dumps(entry))
                self._separator = b","
            if self._size > MAX_TABLE:
                raise _CannotBeTold
        except _CannotBeTold:
            self._compressor = None
            self._parts.clear()

    def finish(self, frames: _Frames) -> dict[str, str]:
        """Write the table and the footer; return the annotations, none where there is no table."""
        if self._compressor is None:
            return {}
        self._put(b"]}")
        data = b"".join((*self._parts, self._compressor.flush()))
        place = (frames.skippable(data), len(data), self._size, _TABLE_TYPE)
        frames.skippable(_FOOTER.pack(*place, 0, 0, 0, _FOOTER_MAGIC))
        return {CHECKSUM: f"sha256:{hashlib.sha256(data).hexdigest()}", POSITION: ":".join(map(str, place))}

    def _put(self, data: bytes) -> None:
        self._size += len(data)
        if self._compressor is not None:
            self._parts.append(self._compressor.compress(data))


class _CannotBeTold(ValueError):
    """A table of contents has no words for it."""


def _entries(found: Member, digest: str, chunks: list[_Chunk], end: int) -> list[dict[str, Any]]:
    """Return the entries of a member: its own, and one for each chunk behind the first. Raises _CannotBeTold."""
    if found.kind not in _TYPES or found.extents is not None:
        raise _CannotBeTold
    entry: dict[str, Any] = {"type": _TYPES[found.kind], "name": _text(found.path), "modtime": _time(found.mtime_ns)}
    optional = {
        "linkName": _text(found.linkpath),
        "mode": found.mode,
        "size": found.size,
        "uid": found.uid,
        "gid": found.gid,
        "devMajor": found.device[0],
        "devMinor": found.device[1],
        "xattrs": {_text(os.fsencode(name)): base64.b64encode(value).decode() for name, value in found.xattrs.items()},
        "digest": digest,
    }
    entry |= {key: value for key, value in optional.items() if value}
    if not chunks:
        return [entry]
    entry |= {"offset": chunks[0].offset, "endOffset": end}
    if len(chunks) == 1:
        return [entry]
    others = [{"type": "chunk", "name": entry["name"], "offset": one.offset, **_of_chunk(one)} for one in chunks[1:]]
    return [entry | _of_chunk(chunks[0]), *others]


def _of_chunk(chunk: _Chunk) -> dict[str, Any]:
    place = {"chunkOffset": chunk.at} if chunk.at else {}
    return {**place, "chunkSize": chunk.size, "chunkDigest": chunk.digest}


def _text(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        raise _CannotBeTold from None


def _time(time_ns: int) -> str:
    """Return a time as RFC 3339 has it, which knows the years 1 to 9999."""
    seconds, rest = divmod(time_ns, 1_000_000_000)
    try:
        whole = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat()
    except (ValueError, OverflowError, OSError):
        raise _CannotBeTold from None
    return f"{whole}.{rest:09d}Z" if rest else f"{whole}Z"
