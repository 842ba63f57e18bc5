"""The standard streams of a container's program, as the monitor holds them: pipes, or one terminal."""

from __future__ import annotations

import errno
import fcntl
import os

from pod.engine import attach_protocol as protocol
from pod.record import Record

_TIOCSWINSZ = 0x5414
_WIDE = 256 << 10  # bytes of a pipe; with more, what is on its way no longer fits into the processor's cache
_HEAP = 1 << 20


class Pipes(Record):
    """Both ends of the pipes made for a program without a terminal: (program's, ours) for each stream."""

    stdin: tuple[int, int]
    stdout: tuple[int, int]
    stderr: tuple[int, int]

    @property
    def theirs(self) -> tuple[int, int, int]:
        return self.stdin[0], self.stdout[0], self.stderr[0]


def make_pipes(interactive: bool) -> Pipes:
    """Return new pipes; without `interactive` the program reads from /dev/null."""
    stdin = os.pipe() if interactive else (os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC), -1)
    stdout, stderr = os.pipe(), os.pipe()
    return Pipes(stdin, stdout[::-1], stderr[::-1])


class Streams:
    """Our ends of the program's streams: what it writes, and what it is still to read."""

    def __init__(self, stdin: int, outputs: dict[int, bytes], terminal: int = -1) -> None:
        self.stdin = stdin
        self.outputs = outputs  # descriptor → protocol letter of the stream
        self.terminal = terminal
        self.pending: list[bytes] = []
        self.closing = False
        self._wide: set[int] = set()  # pipes that were full once
        for fd in {stdin, *outputs} - {-1}:
            os.set_blocking(fd, False)

    @classmethod
    def of_pipes(cls, pipes: Pipes) -> Streams:
        for fd in pipes.theirs:
            os.close(fd)
        return cls(pipes.stdin[1], {pipes.stdout[1]: protocol.OUTPUT, pipes.stderr[1]: protocol.ERROR})

    @classmethod
    def of_terminal(cls, fd: int) -> Streams:
        return cls(fd, {fd: protocol.OUTPUT}, fd)

    def read(self, fd: int) -> bytes | None:
        """Return what the program wrote; b"" when nothing is there now, None when the stream has ended."""
        try:
            data = os.read(fd, protocol.CHUNK)
        except BlockingIOError:
            return b""
        except OSError as err:
            if err.errno == errno.EIO:  # a terminal whose last user has closed it
                return None
            raise
        if len(data) == protocol.CHUNK and fd not in self._wide:
            self._widen(fd)
        return data or None

    def _widen(self, fd: int) -> None:
        """Make room for a program that writes faster than we read: it need not wait for us so often, nor we for it.

        Only where it is needed: the kernel gives each user so much for all pipes (pipe(7), pipe-user-pages-soft). The
        allocator shall keep what it got, too: freeing one large block raises the size from which it gives the end of
        the heap back (mallopt(3), M_TRIM_THRESHOLD), which it else does with every read.
        """
        self._wide.add(fd)
        bytes(_HEAP)
        try:
            fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, _WIDE)
        except OSError:
            pass  # a terminal, or the user has as much as is allowed

    def end(self, fd: int) -> None:
        """Forget a stream that has ended."""
        del self.outputs[fd]
        if fd != self.stdin:
            os.close(fd)

    def feed(self, data: bytes) -> None:
        """Hand bytes to the program's standard input, now or as soon as it takes them."""
        if self.stdin >= 0 and not self.closing:
            self.pending.append(data)
            self.flush()

    def close_input(self) -> None:
        """Let the program see the end of its input, after what is pending. A terminal has no such end."""
        if self.terminal < 0:
            self.closing = True
            self.flush()

    def flush(self) -> None:
        """Write pending input, as much as the program takes."""
        while self.pending and self.stdin >= 0:
            try:
                written = os.write(self.stdin, self.pending[0])
            except BlockingIOError:
                return
            except OSError:
                self.pending.clear()  # the program has closed its input
                self.closing = True
                break
            if written < len(self.pending[0]):
                self.pending[0] = self.pending[0][written:]
            else:
                self.pending.pop(0)
        if self.closing and self.stdin >= 0 and self.terminal < 0:
            os.close(self.stdin)
            self.stdin = -1

    def resize(self, window: bytes) -> None:
        """Set the terminal's size from a struct winsize (ioctl_tty(2))."""
        if self.terminal >= 0 and len(window) == 8:
            fcntl.ioctl(self.terminal, _TIOCSWINSZ, window)
