"""One run of a container's health check; what its results add up to is in health.py.

The monitor runs it on its schedule (monitor/health.py), `pod healthcheck run` at once.
"""

from __future__ import annotations

import os
import select

from pod.engine import containers, exec
from pod.engine.containers import Container
from pod.engine.health import DEFAULT_TIMEOUT, SECOND, Result, command
from pod.errors import PodError, UsageError, WrongState
from pod.linux import files, jsonfile, process, times
from pod.runtime import enter
from pod.runtime.launch import Launched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.oci.image_config import Healthcheck

_MOST_OUTPUT = 1 << 20  # bytes that are read of a check's output, whatever is to be kept of it
_TIMED_OUT = -1
_SIGKILL = 9


def run_now(engine: Engine, name: str) -> Result:
    """Run a container's check once. Raises NoSuchContainer, WrongState, UsageError where it has none."""
    container = containers.find(engine.layout, name)
    if not command(container.record.healthcheck):
        raise UsageError(f"container {container.name} has no health check")
    if not container.running:
        raise WrongState(f"container {container.name} is not running", hint=f"start it: pod start {container.name}")
    return run(engine, container)


def run(engine: Engine, container: Container, check: Healthcheck | None = None) -> Result:
    """Run the check, or another one, in the container and return its result; whatever goes wrong is a failed check.

    Moves this process into the container's user and pid namespaces.
    """
    check = check or container.record.healthcheck
    limit = container.record.health.max_log_size or None
    start = times.now()
    try:
        code, output = _execute(engine, container, command(check), (check.timeout if check else 0) or DEFAULT_TIMEOUT)
    except PodError as err:
        code, output = err.exit_code, err.message.encode()
    return Result(start, times.now(), code, output[:limit].decode(errors="replace"))


def _execute(engine: Engine, container: Container, words: tuple[str, ...], timeout: int) -> tuple[int, bytes]:
    """Execute the words; return exit code and output. A program that takes longer than `timeout` (ns) is killed."""
    entry = exec.entry_of(engine, container, exec.ExecOptions(words))
    null = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    reader, writer = os.pipe()
    try:
        launched = enter.enter(entry, (null, writer, writer))
    finally:
        os.close(null)
        os.close(writer)
    timed_out = not _wait(launched, timeout)
    if timed_out:
        os.kill(launched.pid, _SIGKILL)
    code = process.exit_code(os.waitpid(launched.pid, 0)[1])
    os.set_blocking(reader, False)
    try:
        output = os.read(reader, _MOST_OUTPUT)
    except BlockingIOError:
        output = b""
    os.close(reader)
    if timed_out:
        return _TIMED_OUT, f"the check took longer than {timeout / SECOND:g} seconds and was killed\n".encode() + output
    return code, output


def _wait(launched: Launched, timeout: int) -> bool:
    poll = select.poll()
    pidfd = os.pidfd_open(launched.pid)
    poll.register(pidfd, select.POLLIN)
    ended = bool(poll.poll(timeout / 1_000_000))
    os.close(pidfd)
    return ended


def report(result: Result, fd: int) -> None:
    """Hand a result to the process that reads the other end."""
    files.write_all(fd, jsonfile.dumps(result.to_json()))
