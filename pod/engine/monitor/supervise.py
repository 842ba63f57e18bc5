"""The loop of a running container: waits for its streams, its end, attached commands and their input, all at once."""

from __future__ import annotations

import _signal
import os
import select
import time

from pod.engine import attach_protocol as protocol
from pod.engine.monitor import log_file
from pod.engine.monitor.clients import Client, Listener
from pod.engine.monitor.streams import Streams
from pod.linux import process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.monitor.health import HealthChecks
    from pod.engine.monitor.log_drivers import Log
    from pod.engine.monitor.network import NetworkSide
    from pod.linux.memory import Sleeper

_AT_ONCE = 4  # reads of one stream before the others have their turn
_LOG_NAMES = {protocol.OUTPUT: log_file.STDOUT, protocol.ERROR: log_file.STDERR}


class Supervisor:
    """One run of a container's program, as its monitor sees it."""

    def __init__(self, init: int, streams: Streams, listener: Listener, clients: list[Client], log: Log | None) -> None:
        self.init = init
        self.streams = streams
        self.listener = listener
        self.clients = clients
        self.log = log
        self.close_stdin_with_client = False
        self.mount_namespace = ""  # of the container, where its pid namespace is not its own
        self.health: HealthChecks | None = None
        self.network: NetworkSide | None = None
        self.sleeper: Sleeper | None = None
        self.stop_signal = int(_signal.SIGTERM)
        self.stop_timeout = 10  # seconds before SIGKILL
        self.kill_at: float | None = None  # the moment (monotonic) at which the program has had its time
        self.restart_wanted = False  # an unhealthy container is to be started again, whatever its policy
        self.terminated = False  # somebody ends the monitor: a session or a machine that goes down
        self._pidfd = os.pidfd_open(init)
        self._exit_code: int | None = None

    def run(self, until: float | None = None) -> int | None:
        """Serve until the program has ended and all it wrote is logged: its exit code. None at `until` (monotonic)."""
        _signal.signal(_signal.SIGTERM, self._terminate)
        while self._exit_code is None:
            dues = (side.due for side in (self.health, self.network) if side)
            events = self._wait(_milliseconds(until, self.kill_at, *dues))
            if not events and until is not None and time.monotonic() >= until and not self._busy():
                return None
            for fd, event in events:
                self._handle(fd, event)
            if self.health is not None:
                self.health.start_if_due()
            if self.network is not None:
                self.network.retry_if_due()
            if self.kill_at is not None and time.monotonic() >= self.kill_at:
                self._kill()
        if self.health is not None:
            self.health.abandon()
        self._drain()
        return self._exit_code

    def _terminate(self, _number: int, _frame: object) -> None:
        """Whoever ends us means the container: pass it on in the container's own way, and see its end in its time."""
        self.terminated = True
        if self.stop_timeout == 0:
            self._kill()
        elif self.stop_timeout > 0:  # an alarm: the wait for events goes on as it was begun
            _signal.signal(_signal.SIGALRM, lambda _number, _frame: self._kill())
            _signal.alarm(self.stop_timeout)
        try:
            os.kill(self.init, self.stop_signal)
        except ProcessLookupError:
            pass

    def _kill(self) -> None:
        self.kill_at = None
        if self._exit_code is None:
            os.kill(self.init, _signal.SIGKILL)

    def _busy(self) -> bool:
        checking = self.health is not None and self.health.running
        return checking or bool(self.streams.pending) or any(client.pending for client in self.clients)

    def _held_up(self) -> bool:
        """True while a client does not keep up: it holds the program back, as a full pipe would."""
        return any(client.pending for client in self.clients)

    def _wait(self, timeout: float | None) -> list[tuple[int, int]]:
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        poll.register(self.listener.fileno(), select.POLLIN)
        if self.health is not None and self.health.running:
            poll.register(self.health.fileno(), select.POLLIN)
        for fd in self.network.descriptors() if self.network is not None else ():
            poll.register(fd, select.POLLIN)
        slow = self._held_up()
        for client in self.clients:
            reading = 0 if self.streams.pending else select.POLLIN
            poll.register(client.fileno(), reading | (select.POLLOUT if client.pending else 0))
        if not slow:
            for fd in self.streams.outputs:
                poll.register(fd, select.POLLIN)
        if self.streams.pending:
            events = select.POLLOUT
            if self.streams.stdin in self.streams.outputs and not slow:
                events |= select.POLLIN
            poll.register(self.streams.stdin, events)
        return self.sleeper.wait(poll, timeout) if self.sleeper is not None else poll.poll(timeout)

    def _handle(self, fd: int, event: int) -> None:
        if fd == self._pidfd:
            self._bury()
        elif self.health is not None and fd == self.health.fileno():
            self._act_on_health(self.health.finish())
        elif fd == self.listener.fileno():
            client = self.listener.accept()
            if client is not None:
                self.clients.append(client)
        elif self.network is not None and fd in self.network.descriptors():
            self.network.handle(fd)
        elif fd in self.streams.outputs or fd == self.streams.stdin:
            if event & (select.POLLOUT | select.POLLERR) and self.streams.pending:
                self.streams.flush()
            if fd in self.streams.outputs and event & ~select.POLLOUT:
                self._pump_much(fd)
        else:
            client = next((c for c in self.clients if c.fileno() == fd), None)
            if client is not None:
                self._serve(client, event)

    def _act_on_health(self, action: str) -> None:
        """Do what the container's health calls for: kill it, restart it, or stop it in its own way."""
        if action == "stop":
            self.terminated = True
            self.kill_at = time.monotonic() + self.stop_timeout
            os.kill(self.init, self.stop_signal)
        elif action:
            self.restart_wanted = action == "restart"
            self._kill()

    def _bury(self) -> None:
        """Collect the program's exit status, and those of helpers that ended with it."""
        _pid, status = os.waitpid(self.init, 0)
        self._exit_code = process.exit_code(status)
        os.close(self._pidfd)

    def _pump_much(self, fd: int) -> None:
        """Pass on what the program wrote, as long as whole reads come and nobody holds us up, then look at the rest."""
        for _ in range(_AT_ONCE):
            if self._pump(fd) < protocol.CHUNK or self._held_up():
                return

    def _pump(self, fd: int) -> int:
        """Pass on one read of what the program wrote, and return its size; 0 when there is nothing more now."""
        data = self.streams.read(fd)
        if data is None:
            self.streams.end(fd)
            return 0
        if not data:
            return 0
        kind = self.streams.outputs[fd]
        if self.log is not None:
            self.log.write(_LOG_NAMES[kind], data)
        message = kind + data
        for client in [c for c in self.clients if c.wants(kind)]:
            if not client.send(message):
                self._lose(client)
        return len(data)

    def _drain(self) -> None:
        """Pass on what the program and its children wrote before they ended. Their pipes are at their end, unless
        the container shares its pid namespace: then somebody may go on holding one, and what is there now is all."""
        for fd in list(self.streams.outputs):
            while fd in self.streams.outputs and self._pump(fd):
                pass

    def _serve(self, client: Client, event: int) -> None:
        if event & select.POLLOUT and not client.flush():
            self._lose(client)
            return
        if not event & ~select.POLLOUT:
            return
        try:
            message = client.socket.recv(protocol.CHUNK + 1)
        except BlockingIOError:
            return
        except OSError:
            message = b""
        if not message:
            self._lose(client)
        else:
            self._obey(client, message[:1], message[1:])

    def _obey(self, client: Client, kind: bytes, content: bytes) -> None:
        if kind == protocol.HELLO:
            client.streams = content
            client.send(protocol.STARTED + str(self.init).encode())
        elif kind == protocol.INPUT and b"i" in client.streams:
            self.streams.feed(content)
        elif kind == protocol.INPUT_END and self.close_stdin_with_client:
            self.streams.close_input()
        elif kind == protocol.WINDOW:
            self.streams.resize(content)

    def _lose(self, client: Client) -> None:
        self.clients.remove(client)
        client.socket.close()
        if b"i" in client.streams and self.close_stdin_with_client:
            self.streams.close_input()

    def say_goodbye(self) -> None:
        """Tell everybody attached how it ended, when they have taken all output, and those about to attach, too."""
        while late := self.listener.accept():
            self.clients.append(late)
        self.listener.socket.close()
        for client in self.clients:
            client.send(protocol.EXITED + str(self._exit_code).encode())
        for client in self.clients:  # one that takes nothing keeps nobody else waiting
            client.flush_slowly()
            client.socket.close()
        self.clients.clear()


def _milliseconds(*moments: float | None) -> float | None:
    """Return how long to wait for the first of some moments (monotonic), for poll(2); None where there is none."""
    known = [moment for moment in moments if moment is not None]
    return max(0.0, min(known) - time.monotonic()) * 1000 if known else None
