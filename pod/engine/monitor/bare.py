"""A monitor that stays gives back the memory of the command it was forked from.

It executes a bare interpreter (-I -S) in place of itself: same pid, same children, same descriptors, a third of the
memory. What it must know travels as one JSON argument.
"""

from __future__ import annotations

import _signal
import _socket
import os

from pod.engine.monitor import log_drivers
from pod.engine.monitor.clients import Client, Listener
from pod.engine.monitor.streams import Streams
from pod.engine.monitor.supervise import Supervisor
from pod.linux import jsonfile, process
from pod.linux.memory import Sleeper

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.engine.monitor.health import HealthChecks
    from pod.engine.monitor.network import NetworkSide
    from pod.settings import Settings


def become(settings: Settings, container_id: str, supervisor: Supervisor) -> None:
    """Execute the bare interpreter; never returns."""
    from pod.settings.configuration import Configuration

    clients = [(client.fileno(), client.streams.decode()) for client in supervisor.clients]
    kept = {supervisor.listener.fileno(), supervisor.streams.stdin, *supervisor.streams.outputs}
    kept |= {fd for fd, _streams in clients}
    for fd in kept - {-1}:
        os.set_inheritable(fd, True)
    document = {
        "settings": settings.replace(config=Configuration()).to_json(),
        "id": container_id,
        "init": supervisor.init,
        "stdin": supervisor.streams.stdin,
        "terminal": supervisor.streams.terminal,
        "outputs": [[fd, kind.decode()] for fd, kind in supervisor.streams.outputs.items()],
        "closing": supervisor.streams.closing,
        "stdin_once": supervisor.close_stdin_with_client,
        "mount_namespace": supervisor.mount_namespace,
        "listener": supervisor.listener.fileno(),
        "clients": clients,
        "log": supervisor.log.describe() if supervisor.log else None,
        "stop_signal": supervisor.stop_signal,
        "network": supervisor.network.document() if supervisor.network else None,
        "stop_timeout": supervisor.stop_timeout,
        "kill_at": supervisor.kill_at,
        "health": supervisor.health.progress.to_json() if supervisor.health else None,
    }
    argv = process.python_argv("pod.engine.monitor.bare", jsonfile.dumps(document).decode())
    os.execve(argv[0], argv, {})


def main(argv: list[str]) -> int:
    """Go on where `become` left off; return the container's exit code."""
    document = jsonfile.loads(argv[0])
    supervisor = _supervisor(document)
    supervisor.sleeper = Sleeper()
    for number in (_signal.SIGINT, _signal.SIGPIPE):
        _signal.signal(number, _signal.SIG_IGN)
    process.set_title(f"pod: monitor of container {document['id'][:12]}")
    if document["health"] is not None:
        supervisor.health = _health(document)
    if document["network"] is not None:
        supervisor.network = _network(document)
    code = supervisor.run()

    from pod.engine import containers
    from pod.engine.engine import Engine
    from pod.engine.monitor import ending
    from pod.errors import PodError
    from pod.settings import Settings

    engine = Engine(Settings.from_json(document["settings"]), lambda _sentence: None)
    try:
        container = containers.load(engine.layout, document["id"])
    except PodError:  # somebody has broken or removed its documents: there is nothing to write down any more
        supervisor.say_goodbye()
        return code or 0
    return ending.finish(engine, container.record, container.state, supervisor, code or 0)


def _network(document: dict[str, Any]) -> NetworkSide:
    from pod.engine.monitor import network
    from pod.settings import Settings

    return network.of_document(document["id"], Settings.from_json(document["settings"]), document["network"])


def _health(document: dict[str, Any]) -> HealthChecks:
    from pod.engine import containers
    from pod.engine.engine import Engine
    from pod.engine.monitor import health
    from pod.settings import Settings

    engine = Engine(Settings.from_json(document["settings"]), lambda _sentence: None)
    record = containers.load(engine.layout, document["id"]).record
    return health.HealthChecks(engine, record, health.Progress.from_json(document["health"]))


def _supervisor(document: dict[str, object]) -> Supervisor:
    d: dict = document  # type: ignore[type-arg]
    outputs = {fd: kind.encode() for fd, kind in d["outputs"]}
    streams = Streams(d["stdin"], outputs, d["terminal"])
    streams.closing = d["closing"]
    clients = [
        Client(_socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET, 0, fd), wanted.encode())
        for fd, wanted in d["clients"]
    ]
    for fd in {d["listener"], d["stdin"], *outputs, *(c.fileno() for c in clients)} - {-1}:
        os.set_inheritable(fd, False)
    log = log_drivers.resume(d["log"]) if d["log"] else None
    supervisor = Supervisor(d["init"], streams, Listener("", d["listener"]), clients, log)
    supervisor.close_stdin_with_client = d["stdin_once"]
    supervisor.mount_namespace = d["mount_namespace"]
    supervisor.stop_signal = d["stop_signal"]
    supervisor.stop_timeout = d["stop_timeout"]
    supervisor.kill_at = d["kill_at"]
    return supervisor
