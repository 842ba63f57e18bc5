"""The commands attached to a container: the one that started it, and those that connected to attach.sock since."""

from __future__ import annotations

import _socket
import os

from pod.engine import attach_protocol as protocol
from pod.linux import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Client:
    """One attached command, and what it has not been able to take yet."""

    def __init__(self, sock: _socket.socket, streams: bytes) -> None:
        self.socket = sock
        self.streams = streams  # which of i, o, e it asked for
        self.pending: list[bytes] = []
        sock.setblocking(False)

    def fileno(self) -> int:
        return self.socket.fileno()

    def wants(self, kind: bytes) -> bool:
        """True for messages that the client asked for; those that are not output are for everybody."""
        return {protocol.OUTPUT: b"o", protocol.ERROR: b"e"}.get(kind, b"") in self.streams

    def send(self, message: bytes) -> bool:
        """Send a message now or as soon as the client takes it; false when the client is gone."""
        self.pending.append(message)
        return self.flush()

    def flush(self) -> bool:
        """Send what is pending, as much as goes; false when the client is gone."""
        while self.pending:
            try:
                self.socket.send(self.pending[0], _socket.MSG_NOSIGNAL)
            except BlockingIOError:
                return True
            except OSError:
                return False
            self.pending.pop(0)
        return True

    def flush_slowly(self) -> None:
        """Send the rest, waiting for the client as long as it lives."""
        self.socket.setblocking(True)
        self.flush()


class Listener:
    """The socket attach.sock, where later commands connect."""

    def __init__(self, folder: str, fd: int = -1) -> None:
        kind = _socket.SOCK_SEQPACKET | _socket.SOCK_CLOEXEC
        if fd >= 0:
            self.socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET, 0, fd)
            return
        self.socket = _socket.socket(_socket.AF_UNIX, kind)
        files.remove_file(f"{folder}/{protocol.SOCKET_NAME}")
        with_short_path(folder, self.socket.bind)
        os.chmod(f"{folder}/{protocol.SOCKET_NAME}", 0o600)
        self.socket.listen(16)
        self.socket.setblocking(False)

    def fileno(self) -> int:
        return self.socket.fileno()

    def accept(self) -> Client | None:
        """Return a newly connected command; it says what it wants in its first message."""
        try:
            fd, _address = self.socket._accept()  # type: ignore[attr-defined]  # what socket.socket.accept wraps
        except OSError:
            return None
        return Client(_socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET, 0, fd), b"")


def with_short_path(folder: str, call: Callable[[str], None]) -> None:
    """Call bind or connect with a name that fits into the 107 bytes of a unix address (unix(7))."""
    fd = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        call(f"/proc/self/fd/{fd}/{protocol.SOCKET_NAME}")
    finally:
        os.close(fd)
