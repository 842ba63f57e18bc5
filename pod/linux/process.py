"""Processes: how pod starts other programs, and how it knows a process again.

A process is identified by its pid and its start time (field 22 of /proc/PID/stat), because pids are used again.
Programs are started with fork and exec by hand: `subprocess` costs 6 ms to import, and none of its extras are needed.
"""

from __future__ import annotations

import os
import select
import sys

from pod.linux import files
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


_boot_id = ""
_LONGEST_POLL = (1 << 31) - 1  # milliseconds, an int of poll(2): 24 days


class ProcessId(Record):
    """One certain process of this boot: its pid in the host's namespace, and its start time in clock ticks."""

    pid: int
    start_time: int

    def is_alive(self) -> bool:
        """True while this very process runs; a zombie is no longer alive."""
        state, started = _state_and_start(self.pid)
        return started == self.start_time and state not in "ZX"

    def pidfd(self) -> int:
        """Return a descriptor of the process. Raises ProcessLookupError when it is gone."""
        fd = os.pidfd_open(self.pid)
        if not self.is_alive():
            os.close(fd)
            raise ProcessLookupError(f"process {self.pid} is gone")
        return fd

    def send_signal(self, signal: int) -> bool:
        """Send a signal to exactly this process; false when it is gone."""
        import _signal

        try:
            fd = self.pidfd()
        except ProcessLookupError:
            return False
        try:
            _signal.pidfd_send_signal(fd, signal)
        except ProcessLookupError:
            return False
        finally:
            os.close(fd)
        return True

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for this process's end, be it a child or not; false when time is up."""
        try:
            fd = self.pidfd()
        except ProcessLookupError:
            return True
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        try:
            return bool(poll.poll(None if seconds is None else min(seconds * 1000, _LONGEST_POLL)))
        finally:
            os.close(fd)


def identify(pid: int) -> ProcessId:
    """Return the identity of a running process. Raises ProcessLookupError."""
    _, started = _state_and_start(pid)
    if started < 0:
        raise ProcessLookupError(f"no process {pid}")
    return ProcessId(pid, started)


def is_running(pid: int) -> bool:
    """True while any process has that pid; a zombie, which nobody may ever collect, does not count."""
    state, _started = _state_and_start(pid)
    return state not in ("", "Z", "X")


def _state_and_start(pid: int) -> tuple[str, int]:
    """Return state letter and start time of a process, ("", -1) when there is none (proc(5), /proc/pid/stat)."""
    try:
        stat = files.read_bytes(f"/proc/{pid}/stat", 4096)
    except (FileNotFoundError, ProcessLookupError):
        return "", -1
    fields = stat[stat.rindex(b")") + 2 :].split()  # the name before it may hold spaces and parentheses
    return fields[0].decode(), int(fields[19])


def boot_id() -> str:
    """Return the kernel's identifier of this boot, which no process outlives."""
    global _boot_id
    if not _boot_id:
        _boot_id = files.read_bytes("/proc/sys/kernel/random/boot_id", 64).decode().strip()
    return _boot_id


def exit_code(wait_status: int) -> int:
    """Return a wait status as a shell does: the exit code, or 128 plus the signal."""
    code = os.waitstatus_to_exitcode(wait_status)
    return code if code >= 0 else 128 - code


def spawn(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
    stdin: int | None = None,
    stdout: int | None = None,
    stderr: int | None = None,
    pass_fds: Sequence[int] = (),
    new_session: bool = False,
    before_exec: Callable[[], None] | None = None,
) -> int:
    """Start a program, found on PATH, and return its pid.

    A standard stream that is None is /dev/null. All other descriptors of ours are close-on-exec, but for
    `pass_fds`, which keep their numbers. Raises OSError of the exec, with the program's name.
    """
    error_read, error_write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            _become(argv, env, cwd, (stdin, stdout, stderr), pass_fds, new_session, before_exec)
        except OSError as err:
            os.write(error_write, str(err.errno or 0).encode())
        finally:
            os._exit(127)
    os.close(error_write)
    failure = files.read_all(error_read)
    os.close(error_read)
    if failure:
        os.waitpid(pid, 0)
        raise OSError(int(failure), os.strerror(int(failure)), argv[0])
    return pid


def _become(
    argv: Sequence[str],
    env: Mapping[str, str] | None,
    cwd: str | None,
    streams: tuple[int | None, int | None, int | None],
    pass_fds: Sequence[int],
    new_session: bool,
    before_exec: Callable[[], None] | None,
) -> None:
    if new_session:
        os.setsid()
    if cwd is not None:
        os.chdir(cwd)
    null = -1
    if None in streams:
        null = os.open(os.devnull, os.O_RDWR)
    # First out of the way of 0…2, then to their places: a source may be one of 0…2 itself.
    copies = [os.dup(null if stream is None else stream) for stream in streams]
    high = [_above(fd) for fd in copies]
    for target, fd in enumerate(high):
        os.dup2(fd, target)
    for fd in pass_fds:
        os.set_inheritable(fd, True)
    if before_exec is not None:
        before_exec()
    restore_signals()
    os.execvpe(argv[0], list(argv), os.environ if env is None else env)


def _above(fd: int, lowest: int = 3) -> int:
    import fcntl

    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, lowest)


def restore_signals() -> None:
    """Give a program about to be executed the default handling of every signal, and none blocked.

    What is ignored stays ignored over execve(2), and shells never let go of it again: Python ignores SIGPIPE, a
    monitor what a terminal sends, and whoever started us may be nohup(1).
    """
    import _signal

    for number in _signal.valid_signals() - {_signal.SIGKILL, _signal.SIGSTOP}:
        if _signal.getsignal(number) is not _signal.SIG_DFL:
            _signal.signal(number, _signal.SIG_DFL)
    _signal.pthread_sigmask(_signal.SIG_SETMASK, ())


def find_program(name: str) -> str:
    """Return where a program is, on PATH or where administrators' programs are; "" where it is not installed."""
    for folder in (*os.environ.get("PATH", "").split(":"), "/usr/sbin", "/sbin"):
        if folder and os.access(f"{folder}/{name}", os.X_OK):
            return f"{folder}/{name}"
    return ""


class Completed(Record):
    """What a finished program left: its exit code (128 + signal) and its captured output."""

    code: int
    stdout: bytes
    stderr: bytes


def run(
    argv: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: str | None = None, input: bytes = b""
) -> Completed:
    """Run a program to its end with its streams captured. Raises OSError when it cannot be started."""
    in_read, in_write = os.pipe()
    out_read, out_write = os.pipe()
    err_read, err_write = os.pipe()
    try:
        pid = spawn(argv, env=env, cwd=cwd, stdin=in_read, stdout=out_write, stderr=err_write)
    except BaseException:
        for fd in (in_read, in_write, out_read, out_write, err_read, err_write):
            os.close(fd)
        raise
    for fd in (in_read, out_write, err_write):
        os.close(fd)
    stdout, stderr = _communicate(in_write, input, out_read, err_read)
    _, status = os.waitpid(pid, 0)
    return Completed(exit_code(status), stdout, stderr)


def _communicate(stdin: int, data: bytes, stdout: int, stderr: int) -> tuple[bytes, bytes]:
    """Feed `data` to one pipe while emptying two others, then close all three."""
    os.set_blocking(stdin, False)
    rest = memoryview(data)
    output: dict[int, list[bytes]] = {stdout: [], stderr: []}
    poll = select.poll()
    poll.register(stdin, select.POLLOUT)
    poll.register(stdout, select.POLLIN)
    poll.register(stderr, select.POLLIN)
    waiting = {stdout, stderr}
    feeding = True
    while waiting or feeding:
        for fd, _events in poll.poll():
            if fd in waiting:
                part = os.read(fd, 1 << 16)
                output[fd].append(part)
                if not part:
                    poll.unregister(fd)
                    waiting.discard(fd)
            elif fd == stdin and feeding:
                try:
                    rest = rest[os.write(stdin, rest) :] if rest else rest
                except BrokenPipeError:
                    rest = rest[:0]
                if not rest:
                    poll.unregister(stdin)
                    os.close(stdin)
                    feeding = False
    os.close(stdout)
    os.close(stderr)
    return b"".join(output[stdout]), b"".join(output[stderr])


def set_title(title: str, name: str = "") -> None:
    """Show `title` as this process's command line, as far as the old one leaves room (proc(5), arg_start).

    `name` is the short one that `ps` shows beside it (PR_SET_NAME).
    """
    from pod.linux.syscalls import overwrite_memory, set_name

    if name:
        set_name(name)

    fields = files.read_bytes("/proc/self/stat", 4096).rpartition(b")")[2].split()
    start, end = int(fields[45]), int(fields[46])
    if 0 < start < end:
        overwrite_memory(start, title.encode()[: end - start - 1].ljust(end - start, b"\0"))


def python_argv(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of pod in a bare interpreter (-I -S: no site, no environment)."""
    package_parent = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    code = f"import sys; sys.path.insert(0, {package_parent!r}); import {module} as m; sys.exit(m.main(sys.argv[1:]))"
    return [sys.executable, "-I", "-S", "-c", code, *arguments]
