"""`wait`: until a container has ended."""

from __future__ import annotations

from pod.engine import attach, containers
from pod.engine import attach_protocol as protocol
from pod.errors import NoSuchContainer, WrongState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine


def wait(engine: Engine, name: str) -> int:
    """Return the exit code of a container as soon as it has ended and been tidied up. Raises NoSuchContainer.

    The monitor itself tells the code, so that waiting for a --rm container works too.
    """
    container = containers.find(engine.layout, name)
    if not container.running:
        return container.state.exit_code
    try:
        sock = attach.connect(engine, container.id)
    except WrongState:
        return _afterwards(engine, container.id)
    sock.send(protocol.HELLO)
    while message := sock.recv(protocol.CHUNK):
        if message[:1] == protocol.EXITED:
            return int(message[1:])
    return _afterwards(engine, container.id)


def _afterwards(engine: Engine, container_id: str) -> int:
    """The monitor is gone without a word to us: what it wrote down is all there is."""
    try:
        return containers.load(engine.layout, container_id).state.exit_code
    except NoSuchContainer:
        return containers.LOST
