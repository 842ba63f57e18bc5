"""What a container's monitor and an attached command say to each other, over a SOCK_SEQPACKET unix socket.

A message is one datagram: a letter, then its content. The first message of a client that connects to attach.sock is
HELLO; the command that starts the container is a client from the beginning.
"""

from __future__ import annotations

# client → monitor
HELLO = b"H"  # the streams wanted, any of i o e
INPUT = b"I"  # bytes for the program's standard input
INPUT_END = b"Z"
WINDOW = b"W"  # struct winsize, 8 bytes
# monitor → client
STARTED = b"R"
FAILED = b"F"  # JSON: message, exit_code, hint
OUTPUT = b"O"
ERROR = b"E"
EXITED = b"X"  # the exit code in decimal

CHUNK = 1 << 16
SOCKET_NAME = "attach.sock"
