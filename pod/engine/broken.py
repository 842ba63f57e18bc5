"""Removing a container whose documents cannot be read: what it is called and what runs is found by other traces."""

from __future__ import annotations

import _socket
import os
import struct

from pod.engine import containers
from pod.engine.discard import discard
from pod.engine.monitor.clients import with_short_path
from pod.errors import NoSuchContainer, StorageError, WrongState
from pod.linux import files
from pod.linux.process import ProcessId, identify
from pod.linux.signals import SIGKILL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.storage.layout import StorageLayout

_SECONDS = 30.0


def remove(engine: Engine, container_id: str) -> str:
    """Kill whatever runs of a container and delete it. Returns its id. Raises NoSuchContainer."""
    engine.enter()
    with engine.lock("container", container_id) as lock:
        if not os.path.isdir(engine.layout.container(container_id)):
            lock.remove()
            raise NoSuchContainer(container_id)
        _end_processes(engine.layout, container_id)
        try:
            discard(engine, container_id, _name(engine.layout, container_id))
        except OSError as err:
            raise StorageError(f"cannot remove container {container_id[:12]}: {err.strerror}: {err.filename}") from err
    return container_id


def _name(layout: StorageLayout, container_id: str) -> str:
    """Return the name that points at a container, "" when none does."""
    found = (name for name in os.listdir(layout.names) if containers.owner_of_name(layout, name) == container_id)
    return next(found, "")


def _end_processes(layout: StorageLayout, container_id: str) -> None:
    monitor = _listener(layout, container_id)
    if monitor is None:
        return
    family = [*_children(monitor), monitor]
    for process in family:
        process.send_signal(SIGKILL)
    for process in family:
        if not process.wait(_SECONDS):
            raise WrongState(f"container {container_id[:12]} does not end: process {process.pid} hangs in the kernel")


def _listener(layout: StorageLayout, container_id: str) -> ProcessId | None:
    """Return the monitor: whoever listens on attach.sock, as the kernel tells it (unix(7), SO_PEERCRED)."""
    sock = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET | _socket.SOCK_CLOEXEC)
    try:
        with_short_path(layout.run_container(container_id), sock.connect)
        credentials = sock.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, struct.calcsize("iII"))
        return identify(struct.unpack("iII", credentials)[0])
    except OSError:
        return None
    finally:
        sock.close()


def _children(parent: ProcessId) -> list[ProcessId]:
    """Return the container's first process and the helpers; PDEATHSIG does not reach one that changed privileges."""
    found = []
    for pid in files.read_bytes(f"/proc/{parent.pid}/task/{parent.pid}/children").split():
        try:
            found.append(identify(int(pid)))
        except ProcessLookupError:
            continue
    return found
