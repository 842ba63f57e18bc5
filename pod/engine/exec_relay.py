"""The attached half of `exec`: bytes between this command's streams and the program's, with no monitor in between."""

from __future__ import annotations

import _signal
import os
import select

from pod.engine.terminal import DetachKeys, Terminal
from pod.linux import files, process
from pod.runtime.launch import Launched

_CHUNK = 1 << 16
_FORWARDED = (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP, _signal.SIGQUIT, _signal.SIGUSR1, _signal.SIGUSR2)
_TIOCSWINSZ = 0x5414


def pipes(launched: Launched, wakeup: int, ours: list[int | None]) -> int:
    """Relay the standard streams that are not the program's own (`ours`: stdin, stdout, stderr) until it ends."""
    stdin, stdout, stderr = ours
    sinks = {fd: number for fd, number in ((stdout, 1), (stderr, 2)) if fd is not None}
    pidfd = os.pidfd_open(launched.pid)
    for fd in sinks:
        os.set_blocking(fd, False)
    while True:
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        poll.register(wakeup, select.POLLIN)
        for fd in sinks:
            poll.register(fd, select.POLLIN)
        if stdin is not None:
            poll.register(0, select.POLLIN)
            poll.register(stdin, 0)  # POLLERR: the program has closed its input
        for fd, event in poll.poll():
            if fd == pidfd:
                _drain(sinks)
                return process.exit_code(os.waitpid(launched.pid, 0)[1])
            if fd == wakeup:
                _forward(wakeup, launched.pid)
            elif fd in sinks:
                if not _copy(fd, sinks[fd]):
                    del sinks[fd]
            elif stdin is not None and (fd == stdin or not _copy(0, stdin)):
                os.close(stdin)
                stdin = None
            del event


def _copy(source: int, target: int) -> bool:
    """Pass on one read; false at the end of the source, or when nobody reads the target any more."""
    try:
        data = os.read(source, _CHUNK)
    except BlockingIOError:
        return True
    if not data:
        return False
    try:
        files.write_all(target, data)
    except BrokenPipeError:
        if target in (1, 2):
            raise  # our own reader is gone: the front door ends us as SIGPIPE would
        return False
    return True


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
    while True:
        poll = select.poll()
        poll.register(main, select.POLLIN)
        poll.register(wakeup, select.POLLIN)
        if reading:
            poll.register(0, select.POLLIN)
        for fd, _event in poll.poll():
            if fd == wakeup:
                if _signal.SIGWINCH in _forward(wakeup, launched.pid) and screen is not None:
                    _resize(main, screen)
            elif fd == 0:
                data, detach = keys.filter(os.read(0, _CHUNK))
                if detach:
                    return 0
                files.write_all(main, data)
                reading = bool(data) or screen is not None
            elif fd == main:
                try:
                    data = os.read(main, _CHUNK)
                except OSError:  # EIO: the last user of the terminal has closed it
                    data = b""
                if not data:
                    return process.exit_code(os.waitpid(launched.pid, 0)[1])
                files.write_all(1, data)


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
