"""Telling the service manager that a container runs, or is ready (sd_notify(3)); its answer is not waited for."""

from __future__ import annotations

import _socket

TARGET = "/run/notify/notify.sock"  # where a container that tells it itself finds the socket, as with Podman


def send(path: str, *assignments: str) -> None:
    """Send assignments such as READY=1; a manager that is gone hears nothing."""
    sock = _socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM | _socket.SOCK_CLOEXEC)
    try:
        sock.sendto("\n".join(assignments).encode(), "\0" + path[1:] if path[0] == "@" else path)
    except OSError:
        pass
    finally:
        sock.close()
