"""The bytes of an archive in order, with a position: what the reader reads from.

A `Source` takes bytes from any `read` function through one buffer. A `FileSource` reads a part of a regular file and
lets the kernel copy large members (copy_file_range(2)) without their bytes passing through this process.
"""

from __future__ import annotations

import errno
import os

from pod.errors import ArchiveError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK = 256 << 10  # fits the second-level cache: larger reads are slower
KERNEL_COPY = 128 << 10  # members from this size on are copied by the kernel


class Source:
    """A stream of bytes. `read(n)` returns up to about n bytes, b"" at the end."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._buffer = b""
        self._at = 0  # of the next byte in the buffer
        self._start = 0  # position of the buffer in the stream

    @property
    def position(self) -> int:
        """The number of bytes taken so far."""
        return self._start + self._at

    def take(self, size: int) -> bytes:
        """Return exactly `size` bytes, or b"" when the stream is at its end. Raises ArchiveError in between."""
        if len(self._buffer) - self._at < size and not self._fill(size):
            if self._at == len(self._buffer):
                return b""
            raise self._truncated()
        data = self._buffer[self._at : self._at + size]
        self._at += size
        return data

    def copy_to(self, fd: int, size: int) -> None:
        """Write the next `size` bytes to a descriptor."""
        while size:
            if self._at == len(self._buffer) and not self._fill(1):
                raise self._truncated()
            written = os.write(fd, memoryview(self._buffer)[self._at : self._at + size])
            self._at += written
            size -= written

    def skip(self, size: int) -> None:
        """Pass over the next `size` bytes."""
        while size:
            if self._at == len(self._buffer) and not self._fill(1):
                raise self._truncated()
            passed = min(size, len(self._buffer) - self._at)
            self._at += passed
            size -= passed

    def drain(self) -> None:
        """Read to the end of the stream: what follows the archive's end belongs to its digest."""
        self._at = len(self._buffer)
        while self._fill(1):
            self._at = len(self._buffer)

    def _fill(self, wanted: int) -> bool:
        """Read until the buffer holds `wanted` bytes from the current position; false at the end of the stream."""
        parts = [self._buffer[self._at :]] if self._at < len(self._buffer) else []
        size = len(self._buffer) - self._at
        while size < wanted:
            part = self._read(CHUNK)
            if not part:
                break
            parts.append(part)
            size += len(part)
        self._start += self._at
        self._at = 0
        self._buffer = parts[0] if len(parts) == 1 else b"".join(parts)
        return size >= wanted

    def _truncated(self) -> ArchiveError:
        end = self._start + len(self._buffer)
        return ArchiveError(
            f"the archive is cut off: it ends at byte {end}, in the middle of a member", hint="fetch or write it again"
        )


class FileSource(Source):
    """The `size` bytes from `offset` of a regular file. The descriptor's own file offset is left alone."""

    def __init__(self, fd: int, offset: int, size: int) -> None:
        super().__init__(self._read_file)
        self._fd = fd
        self._offset = offset
        self._size = size
        self._next = 0  # position of the next read
        self._kernel_copies = True

    def _read_file(self, size: int) -> bytes:
        data = os.pread(self._fd, min(size, self._size - self._next), self._offset + self._next)
        self._next += len(data)
        return data

    def copy_to(self, fd: int, size: int) -> None:
        if size >= KERNEL_COPY and self._kernel_copies:
            size -= self._copy_in_kernel(fd, size)
        super().copy_to(fd, size)

    def skip(self, size: int) -> None:
        if self.position + size > self._size:
            self._seek(self._size)
            raise self._truncated()
        self._seek(self.position + size)

    def drain(self) -> None:
        self._seek(self._size)

    def _copy_in_kernel(self, fd: int, size: int) -> int:
        """Copy without reading; return how much was copied, less than `size` where the kernel cannot."""
        start = at = self.position
        end = min(start + size, self._size)
        while at < end:
            try:
                copied = os.copy_file_range(self._fd, fd, end - at, self._offset + at)
            except OSError as err:
                if err.errno not in (errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM):
                    raise
                self._kernel_copies = False
                break
            if not copied:
                break
            at += copied
        self._seek(at)
        return at - start

    def _seek(self, position: int) -> None:
        if position <= self._start + len(self._buffer):
            self._at = position - self._start
        else:
            self._start, self._at, self._buffer, self._next = position, 0, b"", position


class PipeSource(Source):
    """What another process of ours writes into a pipe. Its end is not waited for: nobody closes it while both live.

    Large members are read and written like others: splice(2) from a pipe into a file costs the kernel twice as much.
    """

    def __init__(self, fd: int) -> None:
        super().__init__(lambda size: os.read(fd, size))

    def drain(self) -> None:
        pass
