"""The uncompressed bytes of a layer on their way to the unpacker, hashed on the side by a second thread.

hashlib, zlib and the system calls leave Python's lock, so decompressing, hashing and unpacking use two cores. A layer
that lies uncompressed in a regular file is read twice (once to hash it) and copied by the kernel instead.
"""

from __future__ import annotations

import hashlib
import os
import queue
import stat
import threading

from pod.storage.compression import Decompressed, detect
from pod.storage.tar.source import FileSource, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.storage.compression import Readable

_READ = 1 << 20
_QUEUE = 8  # pieces of at most 1 MiB between the threads


class Feed:
    """`source` gives the bytes; once they are drained, `digest()` tells their sha256. `kind` is the compression."""

    source: Source
    kind: str = ""

    def digest(self) -> str:
        """Return the sha256 of the whole uncompressed stream."""
        raise NotImplementedError


class StreamFeed(Feed):
    """Any stream, compressed or not."""

    def __init__(self, stream: Readable, progress: Callable[[int], None]) -> None:
        decompressed = Decompressed(stream, progress=progress)
        self.kind = decompressed.kind
        self._pieces = decompressed.pieces()
        self._queue: queue.Queue[bytes | BaseException] = queue.Queue(_QUEUE)
        self._hash = hashlib.sha256()
        self.source = Source(self._next)
        threading.Thread(target=self._produce, daemon=True).start()

    def digest(self) -> str:
        return self._hash.hexdigest()

    def _produce(self) -> None:
        try:
            for piece in self._pieces:
                self._hash.update(piece)
                self._queue.put(piece)
            self._queue.put(b"")
        except BaseException as err:
            self._queue.put(err)

    def _next(self, _size: int) -> bytes:
        piece = self._queue.get()
        if isinstance(piece, BaseException):
            raise piece
        if not piece:
            self._queue.put(b"")  # the end stays the end
        return piece


class FileFeed(Feed):
    """A part of a regular file that holds an uncompressed archive."""

    def __init__(self, stream: Readable, fd: int, offset: int, size: int, progress: Callable[[int], None]) -> None:
        self.source = FileSource(fd, offset, size)
        self._stream = stream  # it closes its descriptor when nothing refers to it any more
        self._fd = fd
        self._offset = offset
        self._size = size
        self._progress = progress
        self._hash = hashlib.sha256()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def digest(self) -> str:
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._hash.hexdigest()

    def _read(self) -> None:
        buffer = memoryview(bytearray(_READ))
        offset, end = self._offset, self._offset + self._size
        try:
            while offset < end and (count := os.preadv(self._fd, [buffer[: end - offset]], offset)):
                self._hash.update(buffer[:count])
                self._progress(count)
                offset += count
        except BaseException as err:
            self._error = err


def open_feed(stream: Readable, progress: Callable[[int], None]) -> Feed:
    """Return the feed for a stream; `progress` hears how many bytes of it (as they lie there) were taken."""
    try:
        fd = stream.fileno()  # type: ignore[attr-defined]
        info = os.fstat(fd)
        offset = stream.tell()  # type: ignore[attr-defined]
    except (AttributeError, OSError):
        return StreamFeed(stream, progress)
    if not stat.S_ISREG(info.st_mode) or detect(os.pread(fd, 16, offset)):
        return StreamFeed(stream, progress)
    return FileFeed(stream, fd, offset, info.st_size - offset, progress)
