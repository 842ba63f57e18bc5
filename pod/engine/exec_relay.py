"""The attached half of `exec`: bytes between this command's streams and the program's, with no monitor in between."""

from __future__ import annotations

import _signal
import os
import select

from pod.linux import files, process
from pod.runtime.launch import Launched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.terminal import DetachKeys, Terminal

_CHUNK = 1 << 16
_FORWARDED = (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP, _signal.SIGQUIT, _signal.SIGUSR1, _signal.SIGUSR2)
_TIOCSWINSZ = 0x5414


def pipes(launched: Launched, wakeup: int, ours: list[int | None]) -> int:
    """Relay the standard streams that are not the program's own (`ours`: stdin, stdout, stderr) until it ends."""
    stdin, stdout, stderr = ours
    sinks = {fd: number for fd, number in ((stdout, 1), (stderr, 2)) if fd is not None}
    feed = Feed(stdin) if stdin is not None else None
    pidfd = os.pidfd_open(launched.pid)
    for fd in sinks:
        os.set_blocking(fd, False)
    while True:
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        poll.register(wakeup, select.POLLIN)
        for fd in sinks:
            poll.register(fd, select.POLLIN)
        if feed is not None:
            feed.register(poll)
        for fd, _event in poll.poll():
            if fd == pidfd:
                _drain(sinks)
                return process.exit_code(os.waitpid(launched.pid, 0)[1])
            if fd == wakeup:
                _forward(wakeup, launched.pid)
            elif fd in sinks:
                if not _pass_on(fd, sinks[fd]):
                    del sinks[fd]
            elif feed is not None and not feed.move(fd):
                os.close(feed.target)
                feed = None


class Feed:
    """Our standard input on its way to the program, never waiting for it: its output may have to be taken first."""

    def __init__(self, target: int) -> None:
        self.target = target
        self._pending = b""
        self._ended = False
        os.set_blocking(target, False)

    def register(self, poll: select.poll) -> None:
        """Ask for our input, or for the program to take what we have; POLLERR says that it takes no more."""
        poll.register(self.target, select.POLLOUT if self._pending else 0)
        if not self._pending and not self._ended:
            poll.register(0, select.POLLIN)

    def move(self, fd: int) -> bool:
        """Do what can be done, `fd` being ready; false when all is done or the program takes no more."""
        if fd == 0:
            self._pending = _read(0)
            self._ended = not self._pending
        elif not self._pending:
            return False  # POLLERR
        return self.flush() and not (self._ended and not self._pending)

    def add(self, data: bytes) -> None:
        """Put more behind what is pending."""
        self._pending += data

    def flush(self) -> bool:
        """Write as much as the program takes now; false when it takes no more at all."""
        while self._pending:
            try:
                self._pending = self._pending[os.write(self.target, self._pending) :]
            except BlockingIOError:
                return True
            except OSError:
                return False
        return True

    @property
    def waiting(self) -> bool:
        return bool(self._pending)


def _read(fd: int) -> bytes:
    """Read what there is; a terminal that has hung up is at its end (EIO)."""
    try:
        return os.read(fd, _CHUNK)
    except OSError:
        return b""


def _pass_on(source: int, target: int) -> bool:
    """Pass on one read; false at the end of the source. Raises BrokenPipeError where our own reader is gone."""
    try:
        data = os.read(source, _CHUNK)
    except BlockingIOError:
        return True
    if data:
        files.write_all(target, data)
    return bool(data)


def _drain(sinks: dict[int, int]) -> None:
    """Pass on what is in the pipes now; children that the program left behind may hold them open."""
    for fd, number in sinks.items():
        while True:
            try:
                data = os.read(fd, _CHUNK)
            except BlockingIOError:
                break
            if not data:
                break
            files.write_all(number, data)


def terminal(launched: Launched, wakeup: int, detach_keys: str, *, interactive: bool) -> int:
    """Relay this terminal to the program's until that ends, or until the user detaches (0)."""
    from pod.engine.terminal import DetachKeys, Terminal

    screen = Terminal.of_stdin() if os.isatty(0) else None
    keys = DetachKeys.parse(detach_keys)
    try:
        if screen is not None:
            _resize(launched.terminal, screen)
            if interactive:
                screen.make_raw()
        return _relay_terminal(launched, wakeup, screen, keys, reading=interactive)
    finally:
        if screen is not None:
            screen.restore()


def _relay_terminal(
    launched: Launched, wakeup: int, screen: Terminal | None, keys: DetachKeys, *, reading: bool
) -> int:
    main = launched.terminal
    feed = Feed(main)
    while True:
        poll = select.poll()
        poll.register(main, select.POLLIN | (select.POLLOUT if feed.waiting else 0))
        poll.register(wakeup, select.POLLIN)
        if reading and not feed.waiting:
            poll.register(0, select.POLLIN)
        for fd, event in poll.poll():
            if fd == wakeup:
                noted = _forward(wakeup, launched.pid)
                if _signal.SIGHUP in noted:
                    return 128 + int(_signal.SIGHUP)  # our terminal is gone; closing the program's hangs that up, too
                if _signal.SIGWINCH in noted and screen is not None:
                    _resize(main, screen)
            elif fd == 0:
                data = _read(0)
                reading = bool(data)
                data, detach = keys.filter(data)
                if detach:
                    return 0
                feed.add(data)
                feed.flush()
            elif fd == main:
                if event & select.POLLOUT:
                    feed.flush()
                if event & ~select.POLLOUT and not _show(main):
                    return process.exit_code(os.waitpid(launched.pid, 0)[1])


def _show(main: int) -> bool:
    """Show one read of what the program wrote to its terminal; false when its last user has closed that (EIO)."""
    try:
        data = os.read(main, _CHUNK)
    except BlockingIOError:
        return True
    except OSError:
        data = b""
    files.write_all(1, data)
    return bool(data)


def keep_terminal_open(launched: Launched) -> None:
    """Leave a child behind that swallows a detached program's output, so that its terminal does not hang up."""
    if os.fork() != 0:
        return
    try:
        os.setsid()
        while os.read(launched.terminal, _CHUNK):
            pass
    finally:
        os._exit(0)


def _resize(main: int, screen: Terminal) -> None:
    import fcntl

    fcntl.ioctl(main, _TIOCSWINSZ, screen.window())


def catch_signals(*, terminal: bool) -> int:
    """Have the signals that are passed on noted in a pipe; return its read end.

    Before the program starts: what it says first may make somebody signal us at once.
    """
    reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    for number in (*_FORWARDED, *((_signal.SIGWINCH,) if terminal else ())):
        _signal.signal(number, lambda _number, _frame: None)
    _signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    return reader


def _forward(wakeup: int, pid: int) -> bytes:
    """Pass noted signals on to the program, and return them."""
    noted = os.read(wakeup, 512)
    for number in noted:
        if number in _FORWARDED:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
    return noted
