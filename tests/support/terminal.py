"""A terminal with a program in it: types, waits for what appears on the screen, changes the window's size."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

TIMEOUT = 20.0


class Terminal:
    """Run a program on a new pseudo-terminal; use it in a `with` statement, which ends the program."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], *, rows: int = 24, columns: int = 80) -> None:
        self.output = b""
        self.code: int | None = None
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            try:
                signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and programs inherit that
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
                os.execvpe(argv[0], list(argv), {"TERM": "xterm", **env})
            finally:
                os._exit(127)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.code is None:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
        os.close(self._fd)

    def type(self, text: str | bytes) -> None:
        """Type text; a newline is what the Enter key sends."""
        data = text.encode() if isinstance(text, str) else text
        os.write(self._fd, data.replace(b"\n", b"\r"))

    def resize(self, rows: int, columns: int) -> None:
        """Change the window's size, which signals SIGWINCH to the program in the foreground."""
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def expect(self, text: str | bytes, timeout: float = TIMEOUT) -> bytes:
        """Wait until the text has appeared, and return all output up to its end, leaving only what follows."""
        wanted = text.encode() if isinstance(text, str) else text
        deadline = time.monotonic() + timeout
        while wanted not in self.output:
            if not self._read(deadline - time.monotonic()):
                raise AssertionError(f"{wanted!r} did not appear; the screen has {self.output!r}")
        end = self.output.index(wanted) + len(wanted)
        seen, self.output = self.output[:end], self.output[end:]
        return seen

    def wait(self, timeout: float = TIMEOUT) -> int:
        """Wait for the end of the program and return its exit code, 128 + n for a signal."""
        deadline = time.monotonic() + timeout
        while self.code is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"the program did not end; the screen has {self.output!r}")
            if not self._read(0.05) and self._hung_up:
                time.sleep(0.005)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                code = os.waitstatus_to_exitcode(status)
                self.code = code if code >= 0 else 128 - code
        while not self._hung_up and self._read(0):
            pass
        return self.code

    _hung_up = False

    def _read(self, timeout: float) -> bool:
        """Take what there is to read, waiting for at most `timeout`; false when nothing came."""
        if self._hung_up or not select.select([self._fd], [], [], max(0, timeout))[0]:
            return False
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:  # EIO: the last process with the terminal open has closed it (pty(7))
            data = b""
        self._hung_up = not data
        self.output += data
        return bool(data)
