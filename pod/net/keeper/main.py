"""The keeper's loop: one thread that answers clients and questions; what has to wait is gone on with later.

A container's stay on its networks is its monitor's connection: when that ends, however it ends, the container's
interfaces, addresses and names go. With the last one goes the keeper, and with it the shared network namespace.
"""

from __future__ import annotations

import _signal
import _socket
import os
import select
import time

from pod.errors import NetworkError, PodError
from pod.linux import files, jsonfile, locks, process
from pod.linux.memory import Sleeper
from pod.net import namespaces
from pod.net.keeper import protocol
from pod.net.keeper.ledger import Ledger
from pod.net.keeper.shared import SharedNamespace
from pod.net.keeper.stays import Stays
from pod.net.records import Network

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

LINGER = 1.0  # seconds after the last container: the next one is often not far


class _Client:
    """A connection; with `container` it is that of a monitor."""

    def __init__(self, sock: _socket.socket) -> None:
        self.socket = sock
        self.container = ""
        self.asks = False  # a request of its is not answered yet
        self.gone = False


class _Task:
    """A request, or what a leaving takes, that waits for a descriptor."""

    def __init__(self, steps: Generator[int, None, Any], client: _Client | None = None) -> None:
        self.steps = steps
        self.client = client


class Keeper:
    """The sockets to everybody, and what is under way."""

    def __init__(self, listener: _socket.socket, folder: str, lock: str, namespace: int) -> None:
        self._listener = listener
        self._folder = folder
        self._lock = locks.Lock(lock)
        self._shared = SharedNamespace(folder, namespace)
        self._stays = Stays(self._shared, Ledger(folder), lambda steps: self._go_on(_Task(steps)))
        self._clients: dict[int, _Client] = {}
        self._tasks: dict[int, _Task] = {}
        self._sleeper = Sleeper()
        self._ends_at: float | None = time.monotonic() + LINGER

    def run(self) -> None:
        """Serve until nobody needs it any more."""
        server = self._stays.server
        while self._ends_at is None or time.monotonic() < self._ends_at or not self._may_end():
            poll = select.poll()
            poll.register(self._listener.fileno(), select.POLLIN)
            if self._shared.uplink >= 0:
                poll.register(self._shared.uplink, select.POLLIN)
            for fd in (*self._clients, *self._tasks, *self._stays.processes()):
                poll.register(fd, select.POLLIN)
            server.register(poll)
            for fd, _event in self._sleeper.wait(poll, _milliseconds(self._ends_at, server.due(), self._shared.due)):
                self._handle(fd)
            server.expire()
            self._shared.retry_if_due()

    def _handle(self, fd: int) -> None:
        if fd == self._listener.fileno():
            self._accept()
        elif fd == self._shared.uplink:
            self._shared.lose_uplink()
        elif fd in self._clients:
            self._serve(self._clients[fd])
        elif fd in self._tasks:
            self._go_on(self._tasks.pop(fd))
        elif network := self._stays.processes().get(fd):
            network.begin_tunnel()
        else:
            self._stays.server.handle(fd)

    def _accept(self) -> bool:
        try:
            fd, _address = self._listener._accept()  # type: ignore[attr-defined]  # what socket.socket.accept wraps
        except OSError:
            return False
        self._clients[fd] = _Client(_socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET, 0, fd))
        self._ends_at = None
        return True

    def _may_end(self) -> bool:
        """True where nobody is about to connect: whoever is holds the lock, or waits in the listener's queue."""
        if self._tasks or not self._lock.acquire(wait=False):
            self._ends_at = time.monotonic() + LINGER
            return False
        if self._accept():
            self._lock.release()
            return False
        files.remove_file(f"{self._folder}/{protocol.SOCKET_NAME}")
        return True

    # --- requests

    def _serve(self, client: _Client) -> None:
        try:
            request, fds = protocol.receive(client.socket)
        except (OSError, ValueError):
            request, fds = None, []
        if request is None:
            self._leave(client)
            return
        client.asks = True
        self._go_on(_Task(self._obey(client, request, fds), client))

    def _go_on(self, task: _Task) -> None:
        """Do the next step of a task, and answer where it was the last one of a request."""
        answer: dict[str, Any] = {}
        given: list[int] = []
        try:
            self._tasks[next(task.steps)] = task
            return
        except StopIteration as done:
            answer, given = done.value or (answer, given)
        except PodError as err:
            answer = {"error": err.message, "hint": err.hint, "not_joined": isinstance(err, protocol.NotJoined)}
        except OSError as err:
            answer = {"error": f"the networks: {err.strerror}{f': {err.filename}' if err.filename else ''}"}
        if task.client is not None:
            self._answer(task.client, answer, given)

    def _answer(self, client: _Client, answer: dict[str, Any], given: list[int]) -> None:
        client.asks = False
        if not client.gone:
            try:
                protocol.send(client.socket, answer, given)
                return
            except (OSError, NetworkError):
                pass
        self._leave(client)

    def _obey(
        self, client: _Client, request: dict[str, Any], fds: list[int]
    ) -> Generator[int, None, tuple[dict[str, Any], list[int]]]:
        verb, stays = request["verb"], self._stays
        answer: dict[str, Any] = {}
        given: list[int] = []
        try:
            if verb == "join":
                answer = yield from self._join(client, request, fds[0])
                given = [self._shared.namespace]
            elif verb == "connect":
                answer = yield from stays.connect(request)
            elif verb == "reload":
                answer = yield from stays.reload(request["container"])
            elif verb == "disconnect":
                answer = yield from stays.disconnect(request["container"], request["network"])
            elif verb == "rename":
                stays.rename(request["container"], tuple(request["names"]))
            elif verb == "update":
                stays.update(Network.from_json(request["network"]))
            elif verb == "status":
                uplink = self._shared.uplink_pid if self._shared.uplink >= 0 else 0
                answer = {"keeper": os.getpid(), "uplink": uplink, "networks": stays.in_use()}
                given = [self._shared.namespace]
            else:
                raise NetworkError(f"the networks' keeper knows no request {verb!r}: another version of pod started it")
        finally:
            for fd in fds:
                os.close(fd)
        return answer, given

    def _join(self, client: _Client, request: dict[str, Any], namespace: int) -> Generator[int, None, dict[str, Any]]:
        if not namespaces.is_below_ours(namespace):
            self._step_aside()
        answer = yield from self._stays.join(request, namespace)
        client.container = request["container"]
        return answer

    def _step_aside(self) -> None:
        """End at once: containers live in another user namespace now, whose networks we cannot make.

        The namespace's holder was killed while no container ran, and a new one made. Who asks again starts a keeper.
        """
        if any(client.container for client in self._clients.values()):
            raise NetworkError("containers of an earlier user namespace are still running", hint="stop them first")
        files.remove_file(f"{self._folder}/{protocol.SOCKET_NAME}")
        os._exit(0)

    def _leave(self, client: _Client) -> None:
        """Let a container go; one that leaves in the middle of its request goes when that is done."""
        if not client.gone:
            client.gone = True
            del self._clients[client.socket.fileno()]
            client.socket.close()
        if client.asks:
            return
        if client.container:
            self._stays.forget(client.container)
        if not self._clients:
            self._ends_at = time.monotonic() + LINGER


def _milliseconds(*moments: float | None) -> float | None:
    known = [moment for moment in moments if moment is not None]
    return max(0.0, min(known) - time.monotonic()) * 1000 + 1 if known else None


def _leave_unit(systemd: list[str]) -> None:
    """Go to a scope of our own: the unit of the first container may be stopped while others are on the networks."""
    if not any(map(os.path.exists, systemd)):
        return
    from pod.linux import scopes

    try:
        scopes.start(systemd, f"pod-networks-{os.getpid()}.scope", scopes.DEFAULT_SLICE, "pod: networks")
    except scopes.Refused as err:  # then it ends with that unit, and the monitors of the others start a new one
        os.write(2, f"no scope of its own: {err}\n".encode())


def main(argv: list[str]) -> None:
    """Run in a bare interpreter: the listening socket and the namespace, if there is one, are inherited."""
    document = jsonfile.loads(argv[0])
    for number in (_signal.SIGINT, _signal.SIGPIPE, _signal.SIGHUP):
        _signal.signal(number, _signal.SIG_IGN)
    process.set_title("pod: networks", "pod-networks")
    listener = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET, 0, document["listener"])
    listener.setblocking(False)
    for fd in (document["listener"], document["namespace"]):
        if fd >= 0:
            os.set_inheritable(fd, False)
    _leave_unit(document["systemd"])
    Keeper(listener, document["folder"], document["lock"], document["namespace"]).run()
