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

from pod.linux import files, signals, syscalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Protocol

    class Report(Protocol):
        """What a job calls to say how much more it has done, and of what where it does two things at a time."""

        def __call__(self, amount: int, phase: int = 0, /) -> None: ...

    Job = Callable[[Report], Any]
    Hear = Callable[[int, int], None]
    """What hears of a worker's progress: the amount, and the phase."""

_SIGKILL = 9
_SIGTERM = 15
_PATIENCE = 10_000  # milliseconds that an ended child has to clean up
_HEADER = struct.Struct("=cBQ")  # kind of message, phase, then the amount done or the size of what follows
_PROGRESS, _RESULT, _ERROR = b"p", b"r", b"e"


class WorkerIsStuck(Exception):
    """A worker that has said nothing for as long as it may."""


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def run_all(
    jobs: Sequence[Job],
    limit: int,
    progress: Callable[[int, int, int], None] | None = None,
    *,
    finished: Callable[[int, Any], None] | None = None,
    silence: float | None = None,
) -> list[Any]:
    """Run jobs in children, at most `limit` at once, and return their results in the order of the jobs.

    `progress(number, amount, phase)` hears what each job reports, `finished(number, result)` how each ends. The first
    error ends the other children and is raised here as it was there; so is WorkerIsStuck where none of them says a
    word for `silence` seconds.
    """
    results: list[Any] = [None] * len(jobs)
    waiting = list(range(len(jobs)))[::-1]
    running: dict[int, tuple[int, Worker]] = {}
    poll = select.poll()
    try:
        while waiting or running:
            while waiting and len(running) < max(1, limit):
                number = waiting.pop()
                with signals.Held():
                    worker = Worker(jobs[number])
                    running[worker.fd] = number, worker
                poll.register(worker.fd, select.POLLIN)
            ready = poll.poll(None if silence is None else silence * 1000)
            if not ready:
                raise WorkerIsStuck(f"nothing has moved for {silence:.0f} s")
            for fd, _events in ready:
                number, worker = running[fd]
                for amount, phase in worker.take():
                    if progress is not None:
                        progress(number, amount, phase)
                if worker.ended:
                    poll.unregister(fd)
                    del running[fd]
                    results[number] = worker.reap()
                    if finished is not None:
                        finished(number, results[number])
    finally:
        with signals.Held():
            for _number, worker in running.values():
                worker.end()
    return results


class Worker:
    """One job running in a child, seen from the parent. What it says is readable on `fd`.

    Make it in a `signals.Held` block with whatever sees to its end: no signal may come in between.
    """

    def __init__(self, job: Job) -> None:
        self.fd, write = os.pipe()
        parent = os.getpid()
        self._buffer = b""
        self._done = False
        self._result: Any = None
        self.ended = False
        # What stops a child waits until its handler can: raised among the interpreter's fork hooks it would be lost.
        with signals.Held():
            self.pid = os.fork()
            if self.pid == 0:
                try:
                    os.close(self.fd)
                    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, _SIGKILL)
                    _signal.signal(_SIGTERM, _stop)
                    signals.let_in()
                    if os.getppid() == parent:
                        _work(job, write)
                finally:
                    os._exit(0)
        os.close(write)

    def says_something(self, milliseconds: int = 0) -> bool:
        """Wait that long at the most for the child to say something or to end."""
        poll = select.poll()
        poll.register(self.fd, select.POLLIN)
        return bool(poll.poll(milliseconds))

    def take(self) -> list[tuple[int, int]]:
        """Return the progress (amount and phase) that the child told since the last time; raise its error."""
        part = os.read(self.fd, 1 << 16)
        self.ended = not part
        self._buffer += part
        said = []
        while len(self._buffer) >= _HEADER.size:
            kind, phase, amount = _HEADER.unpack_from(self._buffer)
            length = _HEADER.size + (0 if kind == _PROGRESS else amount)
            if len(self._buffer) < length:
                break
            payload, self._buffer = self._buffer[_HEADER.size : length], self._buffer[length:]
            if kind == _PROGRESS:
                said.append((amount, phase))
                continue
            self._done = True
            if kind == _ERROR:
                raise _revive(payload)
            self._result = pickle.loads(payload)
        return said

    def reap(self) -> Any:
        """Wait for the child's end and return its result. Raises ChildProcessError when it died without a word."""
        os.close(self.fd)
        _, status = os.waitpid(self.pid, 0)
        if not self._done:
            raise ChildProcessError(f"a worker ended with wait status {status} and no result")
        return self._result

    def end(self) -> None:
        """Stop the child and wait for its end; it may have folders to remove and children of its own to end."""
        with signals.Held():  # or a second ctrl-c leaves it behind, and what it was at
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
    _signal.signal(_SIGTERM, _signal.SIG_IGN)  # once is enough: another would come into the cleaning up
    raise _Stopped


def _work(job: Job, write: int) -> None:
    def report(amount: int, phase: int = 0, /) -> None:
        os.write(write, _HEADER.pack(_PROGRESS, phase, amount))

    try:
        kind, payload = _RESULT, pickle.dumps(job(report))
    except BaseException as err:
        kind, payload = _ERROR, _preserve(err)
    files.write_all(write, _HEADER.pack(kind, 0, len(payload)) + payload)


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
