"""`wait`: until a container has ended."""

from __future__ import annotations

import _socket

from pod.engine import attach, containers, stop
from pod.engine import attach_protocol as protocol
from pod.engine.containers import Container
from pod.errors import WrongState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine


def wait(engine: Engine, name: str) -> int:
    """Return the exit code of a container as soon as it has ended and been tidied up. Raises NoSuchContainer.

    The monitor itself tells the code, so that waiting for a --rm container works too.
    """
    container = containers.find_settled(engine, name)
    if not container.running:
        return container.state.exit_code
    try:
        sock = attach.connect(engine, container.id)
    except WrongState:
        return _written_down(engine, container)
    try:
        sock.send(protocol.HELLO, _socket.MSG_NOSIGNAL)
    except OSError:
        pass  # it is saying goodbye already: that is what we hear
    code = _told(sock)
    return _written_down(engine, container) if code is None else code


def _told(sock: _socket.socket) -> int | None:
    """Return the exit code that the monitor tells; None where it was killed before it could."""
    while True:
        try:
            message = sock.recv(protocol.CHUNK + 1)
        except ConnectionResetError:
            continue  # it closed without reading our greeting: what it said before can still be read
        if not message:
            return None
        if message[:1] == protocol.EXITED:
            return int(message[1:])


def _written_down(engine: Engine, container: Container) -> int:
    """Without a word from the monitor (it was killed, or its socket is gone) its end and its last document count."""
    stop.until_ended(engine, container, None)
    return containers.find_settled(engine, container.id).state.exit_code
