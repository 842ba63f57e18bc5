"""`start`: fork a container's monitor and learn whether the program runs."""

from __future__ import annotations

import _socket

from pod.engine import attach, containers, handover
from pod.engine import attach_protocol as protocol
from pod.engine.attach import AttachOptions
from pod.engine.containers import Container
from pod.engine.handover import Handover
from pod.engine.monitor import main as monitor
from pod.engine.network import preparing
from pod.errors import StorageError, WrongState
from pod.linux import files
from pod.runtime import launch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.storage.container_records import ContainerRecord


def start(
    engine: Engine, name: str, options: AttachOptions | None = None, handover: Handover = handover.NOTHING
) -> int:
    """Start a container; attached with `options`, return its exit code at its end, else 0 as soon as it runs.

    Starting one that runs is no error, as for Docker and Podman. Raises NoSuchContainer, RuntimeFailure, NetworkError.
    """
    container = containers.find_settled(engine, name)
    if container.active:
        return 0 if options is None else attach.attach(engine, name, options)
    engine.enter()
    start_required(engine, container.record)
    try:
        sock, pid = launch_monitor(engine, container.id, b"" if options is None else options.wanted, handover)
    except _RunsAlready:  # somebody else was faster
        return 0 if options is None else attach.attach(engine, name, options)
    if options is None:
        sock.close()
        return 0
    return attach.converse(container.record, sock, attach.possible(container.record, options), pid, starter=True)


def start_required(engine: Engine, record: ContainerRecord) -> None:
    """Start the containers that must run before this one. Raises what `start` raises."""
    for name in record.lifecycle.requires:
        start(engine, name)


def launch_monitor(
    engine: Engine,
    container_id: str,
    streams: bytes,
    handover: Handover = handover.NOTHING,
    *,
    again: bool = False,
) -> tuple[_socket.socket, int]:
    """Fork the monitor of a stopped container; return the socket to it and the pid of the program.

    `again` is for the monitor that waits to start it anew, as its restart policy says.
    """
    lock = engine.lock("container", container_id)
    with lock:
        container = containers.load_locked(engine.layout, container_id, lock)
        _check_startable(container, again=again)
        if container.record.log.passes_through:
            from pod.engine import log_options

            log_options.check_streams(container.record)
        _make_run_folder(engine, container)
        prepared = preparing.prepare(engine, container.record)
        try:
            sock = monitor.fork(engine, container.record, lock, monitor.Attachment(streams, handover), prepared)
        finally:
            prepared.close()
    message = sock.recv(protocol.CHUNK)
    if message[:1] == protocol.FAILED:
        raise launch.failure(message[1:])
    if message[:1] != protocol.STARTED:
        raise WrongState(
            f"the monitor of container {container.name} ended before the container ran",
            hint=f"`pod --log-level=debug start -a {container.name}` shows why",
        )
    return sock, int(message[1:])


class _RunsAlready(WrongState):
    """The container runs."""


def _make_run_folder(engine: Engine, container: Container) -> None:
    path = engine.layout.run_container(container.id)
    try:
        files.make_folders(path)
    except OSError as err:
        raise StorageError(f"cannot start container {container.name}: {err.strerror}: {path}") from err


def _check_startable(container: Container, *, again: bool) -> None:
    if container.running or (container.active and not again):
        raise _RunsAlready(f"container {container.name} is running already")
    if container.state.status == "removing":
        raise WrongState(f"container {container.name} is being removed")
