"""The log driver journald: an entry a line, in the journal's own protocol.

Each entry is a datagram of FIELD=VALUE lines to /run/systemd/journal/socket
(https://systemd.io/JOURNAL_NATIVE_PROTOCOL), its fields those that Podman's conmon writes.
"""

from __future__ import annotations

import _socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SOCKET = "/run/systemd/journal/socket"
_LONGEST = 48 << 10  # bytes of a message: longer lines come in parts, as from Docker and Podman
_PATIENCE = 1.0  # seconds for a journal that does not keep up; then the line is lost and the container goes on
_PRIORITIES = {b"stdout": b"6", b"stderr": b"3"}  # info and err (syslog(3))


class JournalLog:
    """The journal of this machine, as the log of one container."""

    driver = "journald"

    def __init__(self, fields: dict[str, str]) -> None:
        self._fields = fields
        self._constant = b"".join(_field(name.encode(), value.encode()) for name, value in fields.items())
        self._socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM | _socket.SOCK_CLOEXEC)
        self._socket.settimeout(_PATIENCE)

    def describe(self) -> dict[str, Any]:
        """Return what it takes to go on with this log in another interpreter (see log_drivers.resume)."""
        return {"driver": self.driver, "fields": self._fields}

    def write(self, stream: bytes, data: bytes) -> None:
        """Send what was read from one stream, an entry a line."""
        lines = data.split(b"\n")
        rest = lines.pop()
        for line in lines:
            self._send_line(stream, line, whole=True)
        if rest:
            self._send_line(stream, rest, whole=False)

    def _send_line(self, stream: bytes, line: bytes, *, whole: bool) -> None:
        parts = [line[at : at + _LONGEST] for at in range(0, len(line), _LONGEST)] or [b""]
        for part in parts:
            partial = b"" if whole and part is parts[-1] else b"CONTAINER_PARTIAL_MESSAGE=true\n"
            entry = _field(b"MESSAGE", part) + b"PRIORITY=" + _PRIORITIES[stream] + b"\n" + partial + self._constant
            try:
                self._socket.sendto(entry, SOCKET)
            except OSError:
                continue  # no journal, or one that is stuck: the container is not to suffer

    def close(self) -> None:
        """End the log."""
        self._socket.close()


def _field(name: bytes, value: bytes) -> bytes:
    """Return a field: NAME=VALUE, or with its length where the value could be taken for several lines."""
    if b"\n" in value:
        return name + b"\n" + len(value).to_bytes(8, "little") + value + b"\n"
    return name + b"=" + value + b"\n"
