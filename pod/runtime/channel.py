"""The conversation between the monitor and the container's first process, from fork to exec.

    init → monitor   UNSHARED     its namespaces exist; with the descriptor of the network namespace
    monitor → init   GO           the network is there (or none is wanted): finish and execute
    init → monitor   TERMINAL     with the descriptor of its pseudo-terminal's other end
    init → monitor   FAILED       JSON: what could not be done, and the exit code that it means
    (closed)                      the program runs: the channel is close-on-exec

One datagram of a SOCK_SEQPACKET pair per message: the first byte is the kind, the rest its content.
"""

from __future__ import annotations

import _socket
import os
import select

from pod.linux import jsonfile

UNSHARED = b"U"
GO = b"G"
TERMINAL = b"T"
FAILED = b"F"

_MAXIMUM = 1 << 16


class Channel:
    """One end of the conversation."""

    def __init__(self, sock: _socket.socket) -> None:
        self._socket = sock

    @classmethod
    def pair(cls) -> tuple[Channel, Channel]:
        """Return the two connected ends."""
        fds = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET | _socket.SOCK_CLOEXEC)
        return cls(fds[0]), cls(fds[1])

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, kind: bytes, content: bytes = b"", fd: int | None = None) -> None:
        """Send one message, with a copy of a descriptor where one is given."""
        ancillary = [] if fd is None else [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, fd.to_bytes(4, "little"))]
        try:
            self._socket.sendmsg([kind + content], ancillary, _socket.MSG_NOSIGNAL)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the other side is gone, and whoever waits for us learns that from the kernel

    def receive(self) -> tuple[bytes, bytes, int | None]:
        """Wait for one message: kind, content, and the descriptor that came with it. The kind is b"" at the end."""
        data, ancillary, _flags, _address = self._socket.recvmsg(
            _MAXIMUM, _socket.CMSG_SPACE(4), _socket.MSG_CMSG_CLOEXEC
        )
        fd = None
        for level, kind, content in ancillary:
            if (level, kind) == (_socket.SOL_SOCKET, _socket.SCM_RIGHTS):
                fd = int.from_bytes(content[:4], "little")
        return data[:1], data[1:], fd

    def is_open(self) -> bool:
        """True while the other side lives, or has at least not closed its end."""
        poll = select.poll()
        poll.register(self._socket.fileno(), 0)
        return not poll.poll(0)

    def fail(self, message: str, exit_code: int = 125, hint: str = "") -> None:
        """Report why the program cannot be executed."""
        self.send(FAILED, jsonfile.dumps({"message": message[:4000], "exit_code": exit_code, "hint": hint}))

    def keep_at(self, number: int) -> None:
        """Move this end to a certain descriptor number, still close-on-exec, so that all above it can be closed."""
        if self._socket.fileno() == number:
            return
        os.dup2(self._socket.fileno(), number, inheritable=False)
        self._socket.close()
        self._socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET, 0, number)

    def close(self) -> None:
        self._socket.close()
