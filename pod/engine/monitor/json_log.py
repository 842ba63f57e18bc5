"""The log driver json-file: Docker's own format, `{"log":"…\\n","stream":"stdout","time":"…"}` a line.

Programs that ship Docker's logs read it. An entry without a line break is a part of a line, as for Docker; bytes that
are no UTF-8 become U+FFFD, as JSON holds text only.
"""

from __future__ import annotations

from pod.engine.monitor.log_file import LogFile
from pod.linux import jsonfile, times

_LONGEST_CHARACTER = 4  # bytes


class JsonLog(LogFile):
    """An open log in Docker's format."""

    driver = "json-file"

    def __init__(self, path: str, maximum: int = 0, kept: int = 0) -> None:
        super().__init__(path, maximum, kept)
        self._held: dict[bytes, bytes] = {}  # the beginning of a character whose rest is still to come

    def write(self, stream: bytes, data: bytes) -> None:
        """Append what was read from one stream, an entry a line."""
        data = self._held.pop(stream, b"") + data
        if cut := _unfinished(data):
            data, self._held[stream] = data[:-cut], data[-cut:]
        self._write_text(stream, data)

    def _write_text(self, stream: bytes, data: bytes) -> None:
        end = b',"stream":"' + stream + b'","time":"' + times.now().encode() + b'"}\n'
        lines = data.decode("utf-8", "replace").split("\n")
        rest = lines.pop()
        entries = [b'{"log":' + jsonfile.dumps(line + "\n") + end for line in lines]
        if rest:
            entries.append(b'{"log":' + jsonfile.dumps(rest) + end)
        if entries:
            self._append(b"".join(entries))

    def close(self) -> None:
        """End the log with what was held back."""
        for stream, data in self._held.items():
            self._write_text(stream, data)
        self._held.clear()
        super().close()


def _unfinished(data: bytes) -> int:
    """Return how many bytes at the end begin a character of UTF-8 (RFC 3629) that is not whole."""
    for back in range(1, min(_LONGEST_CHARACTER, len(data) + 1)):
        byte = data[-back]
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return back if back < length else 0
        if byte < 0x80:
            return 0
    return 0
