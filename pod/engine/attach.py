"""`attach`, and the attached half of `run` and `start -a`: this terminal or these pipes, joined to a container."""

from __future__ import annotations

import _signal
import _socket
import os
import select

from pod.engine import attach_protocol as protocol
from pod.engine import containers, events
from pod.errors import RuntimeFailure, UsageError, WrongState
from pod.linux import files
from pod.record import Record
from pod.storage.container_records import ContainerRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.engine.terminal import DetachKeys, Terminal

_NOT_PROXIED = {
    "SIGCHLD",
    "SIGPIPE",
    "SIGURG",
    "SIGWINCH",
    "SIGTSTP",
    "SIGTTIN",
    "SIGTTOU",
    "SIGCONT",
    "SIGSTOP",
    "SIGKILL",
}
_FATAL = {"SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"}
_NEVER_CAUGHT = {"SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT", "SIGTRAP", "SIGSYS", "SIGPROF", "SIGVTALRM"}


class AttachOptions(Record):
    """How to be attached."""

    stdin: bool = False
    stdout: bool = True
    stderr: bool = True
    sig_proxy: bool = True
    detach_keys: str | None = None  # None: what the container was made with

    @property
    def wanted(self) -> bytes:
        """The streams as the monitor's protocol names them."""
        return b"i" * self.stdin + b"o" * self.stdout + b"e" * self.stderr


def possible(record: ContainerRecord, options: AttachOptions) -> AttachOptions:
    """Return the options without the streams that the program has taken over (--log-driver passthrough)."""
    if record.log.passes_through:
        return options.replace(stdin=False, stdout=False, stderr=False)
    return options


def attach(engine: Engine, name: str, options: AttachOptions) -> int:
    """Attach to a running container until it ends: its exit code. Raises NoSuchContainer, WrongState."""
    container = containers.find(engine.layout, name)
    if not container.running or container.state.init is None:
        raise WrongState(f"container {container.name} is not running", hint=f"start it: pod start -a {container.name}")
    if container.record.log.passes_through:
        raise UsageError(
            f"container {container.name} has streams of its own: --log-driver {container.record.log.driver}"
        )
    engine.enter()
    sock = connect(engine, container.id)
    events.container(engine.layout, "attach", container.record)
    sock.send(protocol.HELLO + (options.wanted if container.record.open_stdin else options.replace(stdin=False).wanted))
    return converse(container.record, sock, options, container.state.init.pid)


def connect(engine: Engine, container_id: str) -> _socket.socket:
    """Connect to the container's monitor. Raises WrongState when that is gone."""
    from pod.engine.monitor.clients import with_short_path

    sock = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET | _socket.SOCK_CLOEXEC)
    try:
        with_short_path(engine.layout.run_container(container_id), sock.connect)
    except OSError as err:
        sock.close()
        raise WrongState(f"container {container_id[:12]} has just ended") from err
    return sock


def converse(
    record: ContainerRecord, sock: _socket.socket, options: AttachOptions, pid: int, *, starter: bool = False
) -> int:
    """Pass everything on in both directions until the container ends (its exit code) or the user detaches (0).

    `starter` is for the command that has started the container: where nobody reads its output any more (`| head -1`),
    the program ends, as it would without a container. Raises BrokenPipeError then.
    """
    keys = record.detach_keys if options.detach_keys is None else options.detach_keys
    conversation = _Conversation(record, sock, options, keys, pid)
    try:
        return conversation.run()
    except BrokenPipeError:
        if starter and options.sig_proxy:
            _break_pipe(pid)
        raise
    finally:
        conversation.close()


class _Conversation:
    """One attached command: its terminal, its signals, and the socket to the monitor."""

    def __init__(
        self, record: ContainerRecord, sock: _socket.socket, options: AttachOptions, keys: str, pid: int
    ) -> None:
        self._socket = sock
        self._reading = options.stdin and record.open_stdin
        self._keys: DetachKeys | None = None
        self._terminal: Terminal | None = None
        if record.tty:
            from pod.engine.terminal import DetachKeys, Terminal

            self._keys = DetachKeys.parse(keys)
            self._terminal = Terminal.of_stdin() if os.isatty(0) else None
        self._pending: list[bytes] = []
        self._pidfd = _pidfd(pid)
        self._wakeup, self._wakeup_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        sock.setblocking(False)
        # What is typed is the program's business alone, its ctrl-c too; a signal to this command is then for us.
        raw = self._terminal is not None and self._reading
        self._proxy = options.sig_proxy and not raw
        self._catch_signals(raw=raw)
        if self._terminal is not None:
            if raw:
                self._terminal.make_raw()
            self._send(protocol.WINDOW + self._terminal.window())

    def _catch_signals(self, *, raw: bool) -> None:
        names = {name for name in dir(_signal) if name.startswith("SIG") and "_" not in name}
        wanted = names - _NOT_PROXIED - _NEVER_CAUGHT if self._proxy else set()
        if raw:
            wanted |= _FATAL
        if self._terminal is not None:
            wanted.add("SIGWINCH")
        for name in wanted:
            number = getattr(_signal, name)
            if isinstance(number, int) and 0 < number < 32:
                _signal.signal(number, _ignore)
        _signal.set_wakeup_fd(self._wakeup_write, warn_on_full_buffer=False)

    def run(self) -> int:
        """The loop: what comes from the monitor, from our input, and from signals."""
        while True:
            poll = select.poll()
            poll.register(self._socket.fileno(), select.POLLIN | (select.POLLOUT if self._pending else 0))
            poll.register(self._wakeup, select.POLLIN)
            if self._reading and not self._pending:
                poll.register(0, select.POLLIN)
            for fd, event in poll.poll():
                if fd == self._wakeup:
                    self._pass_signals_on()
                elif fd == self._socket.fileno():
                    if event & select.POLLOUT:
                        self._flush()
                    if event & ~select.POLLOUT and (code := self._hear()) is not None:
                        return code
                elif fd == 0 and self._read_input():
                    return 0

    def _hear(self) -> int | None:
        """Take one message from the monitor; the exit code when it is the last."""
        try:
            message = self._socket.recv(protocol.CHUNK + 1)
        except (BlockingIOError, ConnectionResetError):
            return None  # reset: it closed without reading all that we sent; what it said before can still be read
        except OSError:
            message = b""
        kind = message[:1]
        if kind == protocol.OUTPUT:
            files.write_all(1, memoryview(message)[1:])
        elif kind == protocol.ERROR:
            files.write_all(2, memoryview(message)[1:])
        elif kind == protocol.EXITED:
            return int(message[1:])
        elif not kind:
            raise RuntimeFailure("the container's monitor was killed, and the container with it", exit_code=137)
        return None

    def _read_input(self) -> bool:
        """Pass on what the user typed; true when that was the key sequence to detach."""
        try:
            data = os.read(0, protocol.CHUNK)
        except OSError:  # EIO: the terminal has hung up
            data = b""
        if not data:
            self._reading = False
            self._send(protocol.INPUT_END)
            return False
        data, detach = (data, False) if self._keys is None else self._keys.filter(data)
        if data:
            self._send(protocol.INPUT + data)
        return detach

    def _send(self, message: bytes) -> None:
        self._pending.append(message)
        self._flush()

    def _flush(self) -> None:
        while self._pending:
            try:
                self._socket.send(self._pending[0], _socket.MSG_NOSIGNAL)
            except BlockingIOError:
                return
            except OSError:
                self._pending.clear()  # the monitor is on its way out; its last messages are still to be read
                return
            self._pending.pop(0)

    def _pass_signals_on(self) -> None:
        for number in os.read(self._wakeup, 512):
            if number == _signal.SIGWINCH:
                if self._terminal is not None:
                    self._send(protocol.WINDOW + self._terminal.window())
            elif not self._proxy:
                self._die(number)
            elif self._pidfd >= 0:
                try:
                    _signal.pidfd_send_signal(self._pidfd, number)
                except OSError:
                    pass

    def _die(self, number: int) -> None:
        """Give the terminal back, and end by the signal that we caught for that. The container goes on."""
        self.close()
        _signal.signal(number, _signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def close(self) -> None:
        """Give the terminal back as it was."""
        if self._terminal is not None:
            self._terminal.restore()
        _signal.set_wakeup_fd(-1)


def _break_pipe(pid: int) -> None:
    """End a program whose output nobody reads: with SIGPIPE, or where that would be ignored with SIGKILL."""
    from pod.engine import stop
    from pod.linux import process

    try:
        init = process.identify(pid)
    except ProcessLookupError:
        return
    signal = int(_signal.SIGPIPE)
    init.send_signal(int(_signal.SIGKILL) if stop.is_deaf(init, signal) else signal)


def _ignore(number: int, frame: object) -> None:
    """A signal's handler: the byte in the wake-up pipe says it all."""


def _pidfd(pid: int) -> int:
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return -1
