"""The container's log in the k8s-file format: one line per line of output, `TIME STREAM F|P TEXT`.

Kubernetes' CRI log format: F ends a line, P is a part of one. A whole read from the pipe gets one time stamp and is
rewritten by one `bytes.replace`, so that logging costs little beside reading.
"""

from __future__ import annotations

import os

from pod.linux import files, times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

STDOUT = b"stdout"
STDERR = b"stderr"
_DEFAULT_MODE = 0o600


class LogFile:
    """An open log, appended to by one monitor.

    With `maximum` (bytes) it is rotated between two entries: PATH becomes PATH.1, that PATH.2, up to `kept` of them.
    """

    driver = "k8s-file"

    def __init__(self, path: str, maximum: int = 0, kept: int = 1) -> None:
        self.path = path
        self.maximum = maximum
        self.kept = kept
        self._open()

    def _open(self) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        self._fd = os.open(self.path, flags, _DEFAULT_MODE)
        self._size = os.fstat(self._fd).st_size
        if self._size and os.pread(self._fd, 1, self._size - 1) != b"\n":
            self._append(b"\n")  # a monitor was killed in the middle of a line

    def describe(self) -> dict[str, Any]:
        """Return what it takes to go on with this log in another interpreter (see log_drivers.resume)."""
        return {"driver": self.driver, "path": self.path, "maximum": self.maximum, "kept": self.kept}

    def write(self, stream: bytes, data: bytes) -> None:
        """Append what was read from one stream. A full disk loses the log, never the container."""
        start = times.now().encode() + b" " + stream
        lines, newline, rest = data.rpartition(b"\n")
        text = b""
        if newline:
            full = start + b" F "
            text = full + lines.replace(b"\n", b"\n" + full) + b"\n"
        if rest:
            text += start + b" P " + rest + b"\n"
        self._append(text)

    def _append(self, text: bytes) -> None:
        if self._fd < 0:
            return
        try:
            files.write_all(self._fd, text)
        except OSError:
            self._take_back()
            return
        self._size += len(text)
        if self.maximum and self._size >= self.maximum:
            self._rotate()

    def _take_back(self) -> None:
        """Cut off what there was still room for: no line is half there."""
        try:
            os.ftruncate(self._fd, self._size)
        except OSError:
            pass

    def _rotate(self) -> None:
        """Make room: the oldest goes, the others move up. Whoever reads finds its file again by its inode."""
        os.close(self._fd)
        self._fd = -1
        try:
            if not self.kept:
                files.remove_file(self.path)
            for number in range(self.kept, 0, -1):
                older = f"{self.path}.{number - 1}" if number > 1 else self.path
                if os.path.exists(older):
                    os.rename(older, f"{self.path}.{number}")
            self._open()
        except OSError:
            pass  # the container goes on without a log

    def close(self) -> None:
        """End the log; nothing is written afterwards."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1
