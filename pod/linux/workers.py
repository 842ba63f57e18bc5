"""Work in forked children, several at once: for jobs that keep a core busy, or that change the process they run in.

Fork before any thread exists. A child never returns into the parent's stack; its result or its error goes back whole
through a pipe, and it dies with its parent.
"""

from __future__ import annotations

import _signal
import os
import pickle
import select
import struct

from pod.linux import files, syscalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Report = Callable[[int], None]
    """What a job calls to say how much more it has done."""
    Job = Callable[[Report], Any]

_SIGKILL = 9
_SIGTERM = 15
_PATIENCE = 10_000  # milliseconds that an ended child has to clean up
_HEADER = struct.Struct("=cQ")  # kind of message, then the amount done or the size of what follows
_PROGRESS, _RESULT, _ERROR = b"p", b"r", b"e"


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def run_all(jobs: Sequence[Job], limit: int, progress: Callable[[int, int], None] | None = None) -> list[Any]:
    """Run jobs in children, at most `limit` at once, and return their results in the order of the jobs.

    `progress(number, amount)` hears what each job reports. The first error ends the other children and is raised
    here as it was there.
    """
    results: list[Any] = [None] * len(jobs)
    waiting = list(range(len(jobs)))[::-1]
    running: dict[int, _Child] = {}
    poll = select.poll()
    try:
        while waiting or running:
            while waiting and len(running) < max(1, limit):
                child = _Child(waiting.pop(), jobs)
                running[child.fd] = child
                poll.register(child.fd, select.POLLIN)
            for fd, _events in poll.poll():
                child = running[fd]
                for kind, amount, payload in child.messages():
                    if kind == _PROGRESS:
                        if progress is not None:
                            progress(child.number, amount)
                    elif kind == _RESULT:
                        results[child.number] = pickle.loads(payload)
                    else:
                        raise _revive(payload)
                if child.ended:
                    poll.unregister(fd)
                    del running[fd]
                    child.reap()
    finally:
        for child in running.values():
            child.end()
    return results


class _Child:
    """One running job, seen from the parent."""

    def __init__(self, number: int, jobs: Sequence[Job]) -> None:
        self.number = number
        self.fd, write = os.pipe()
        parent = os.getpid()
        self._buffer = b""
        self._done = False
        self.ended = False
        # What stops a child waits until its handler can: raised among the interpreter's fork hooks it would be lost.
        mask = _signal.pthread_sigmask(_signal.SIG_BLOCK, (_SIGTERM,))
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(self.fd)
                syscalls.prctl(syscalls.PR_SET_PDEATHSIG, _SIGKILL)
                _signal.signal(_SIGTERM, _stop)
                _signal.pthread_sigmask(_signal.SIG_SETMASK, mask)
                if os.getppid() == parent:
                    _work(jobs[number], write)
            finally:
                os._exit(0)
        _signal.pthread_sigmask(_signal.SIG_SETMASK, mask)
        os.close(write)

    def messages(self) -> list[tuple[bytes, int, bytes]]:
        """Return what the child said since the last time."""
        part = os.read(self.fd, 1 << 16)
        self.ended = not part
        self._buffer += part
        said = []
        while len(self._buffer) >= _HEADER.size:
            kind, amount = _HEADER.unpack_from(self._buffer)
            length = _HEADER.size + (0 if kind == _PROGRESS else amount)
            if len(self._buffer) < length:
                break
            said.append((kind, amount, self._buffer[_HEADER.size : length]))
            self._done = self._done or kind != _PROGRESS
            self._buffer = self._buffer[length:]
        return said

    def reap(self) -> None:
        """Wait for the child's end. Raises ChildProcessError when it died without a word (the kernel killed it)."""
        os.close(self.fd)
        _, status = os.waitpid(self.pid, 0)
        if not self._done:
            raise ChildProcessError(f"a worker ended with wait status {status} and no result")

    def end(self) -> None:
        """Stop the child and wait for its end; it may have folders to remove and children of its own to end."""
        os.close(self.fd)
        os.kill(self.pid, _SIGTERM)  # ours and not yet waited for: the pid is still its own
        pidfd = os.pidfd_open(self.pid)
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        if not poll.poll(_PATIENCE):
            os.kill(self.pid, _SIGKILL)
        os.close(pidfd)
        os.waitpid(self.pid, 0)


class _Stopped(BaseException):
    """The parent has no more use for what this child does."""


def _stop(_number: int, _frame: object) -> None:
    raise _Stopped


def _work(job: Job, write: int) -> None:
    def report(amount: int) -> None:
        os.write(write, _HEADER.pack(_PROGRESS, amount))

    try:
        kind, payload = _RESULT, pickle.dumps(job(report))
    except BaseException as err:
        kind, payload = _ERROR, _preserve(err)
    files.write_all(write, _HEADER.pack(kind, len(payload)) + payload)


def _preserve(err: BaseException) -> bytes:
    """Return an exception as bytes: by class, arguments and attributes, because constructors may ask for others."""
    args = err.__reduce__()[1] if isinstance(err, OSError) else err.args  # of an OSError with its file's name
    try:
        return pickle.dumps((type(err), args, err.__dict__))
    except Exception:
        return pickle.dumps((RuntimeError, (f"{type(err).__name__}: {err}",), {}))


def _revive(payload: bytes) -> BaseException:
    kind, args, attributes = pickle.loads(payload)
    err: BaseException = kind.__new__(kind, *args)
    err.__dict__.update(attributes)
    return err
