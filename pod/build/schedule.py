"""Jobs in forked children, each as soon as what it needs is done; what they tell on the way is heard at once."""

from __future__ import annotations

import os
import pickle
import select
import struct

from pod.linux import files, signals
from pod.linux.workers import Worker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

_SIZE = struct.Struct("=Q")
_READ = 1 << 16
_TICK = 125  # milliseconds


class Job:
    """Some work: `needs` are the numbers of jobs whose results are in `results` when it is forked."""

    needs: tuple[int, ...] = ()
    results: Sequence[Any] = ()

    def work(self, tell: Callable[[Any], None]) -> Any:
        """Do it, in a child. `tell` passes anything that can be pickled to the parent."""
        raise NotImplementedError


def run(
    jobs: Sequence[Job], limit: int, hear: Callable[[Any], None], tick: Callable[[], None] = lambda: None
) -> list[Any]:
    """Run jobs, at most `limit` at once, and return their results in the order of the jobs.

    `hear` gets what they tell, `tick` is called every now and then.

    The first error ends the other children, and is raised here as it was there once they are gone.
    """
    results: list[Any] = [None] * len(jobs)
    waiting = dict.fromkeys(range(len(jobs)))
    done: set[int] = set()
    running: list[_Running] = []
    try:
        while waiting or running:
            while len(running) < max(1, limit) and (number := _ready(jobs, waiting, done)) is not None:
                del waiting[number]
                jobs[number].results = results
                with signals.Held():
                    running.append(_Running(number, jobs[number]))
            tick()
            for one in _wait(running):
                one.listen(hear)
                if one.ended:
                    running.remove(one)
                    results[one.number] = one.finish(hear)
                    done.add(one.number)
    finally:
        for one in running:
            one.end()
    return results


def _ready(jobs: Sequence[Job], waiting: dict[int, None], done: set[int]) -> int | None:
    return next((number for number in waiting if done.issuperset(jobs[number].needs)), None)


def _wait(running: list[_Running]) -> list[_Running]:
    poll = select.poll()
    for one in running:
        for fd in one.fds:
            poll.register(fd, select.POLLIN)
    ready = {fd for fd, _events in poll.poll(_TICK)}
    return [one for one in running if ready.intersection(one.fds)]


class _Running:
    """A child, its result, and the pipe that it tells things through."""

    def __init__(self, number: int, job: Job) -> None:
        self.number = number
        self._pipe, write = os.pipe()
        os.set_blocking(self._pipe, False)
        self._buffer = b""

        def tell(what: Any) -> None:
            data = pickle.dumps(what)
            files.write_all(write, _SIZE.pack(len(data)) + data)

        self._worker = Worker(lambda _report: job.work(tell))
        self.ended = False
        self._open = True
        os.close(write)

    @property
    def fds(self) -> tuple[int, ...]:
        return (self._worker.fd, self._pipe) if self._open else (self._worker.fd,)

    def listen(self, hear: Callable[[Any], None]) -> None:
        """Hear what there is, then look whether the child is done. Raises its error."""
        self._take(hear)
        if self._worker.says_something():
            try:
                self._worker.take()
            except BaseException:
                self._take(hear)
                raise
            self.ended = self._worker.ended

    def _take(self, hear: Callable[[Any], None]) -> None:
        while self._open:
            try:
                part = os.read(self._pipe, _READ)
            except BlockingIOError:
                break
            self._open = bool(part)
            self._buffer += part
        while len(self._buffer) >= _SIZE.size:
            (size,) = _SIZE.unpack_from(self._buffer)
            if len(self._buffer) < _SIZE.size + size:
                break
            hear(pickle.loads(self._buffer[_SIZE.size : _SIZE.size + size]))
            self._buffer = self._buffer[_SIZE.size + size :]

    def finish(self, hear: Callable[[Any], None]) -> Any:
        """Collect the child and return its result."""
        self._take(hear)
        os.close(self._pipe)
        return self._worker.reap()

    def end(self) -> None:
        """Stop the child and wait for its end."""
        os.close(self._pipe)
        self._worker.end()
