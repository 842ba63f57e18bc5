"""A container's health check: one run of it, and what its results add up to (Docker's HEALTHCHECK).

The monitor runs it on its schedule (monitor/health.py), `pod healthcheck run` at once.
"""

from __future__ import annotations

import os
import select

from pod.engine import containers, exec
from pod.engine.containers import Container
from pod.errors import PodError, UsageError, WrongState
from pod.linux import files, jsonfile, process, times
from pod.oci.image_config import Healthcheck
from pod.record import Record
from pod.runtime import enter
from pod.runtime.launch import Launched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.storage.container_records import ContainerRecord
    from pod.storage.layout import StorageLayout

KEPT_BY_POD = ("local", "events_logger")  # destinations of the log that are no folder
STARTING, HEALTHY, UNHEALTHY = "starting", "healthy", "unhealthy"
SECOND = 1_000_000_000
DEFAULT_INTERVAL = 30 * SECOND
DEFAULT_TIMEOUT = 30 * SECOND
DEFAULT_START_INTERVAL = 5 * SECOND
DEFAULT_RETRIES = 3
_MOST_OUTPUT = 1 << 20  # bytes that are read of a check's output, whatever is to be kept of it
_TIMED_OUT = -1
_SIGKILL = 9


class Result(Record):
    """One run of the check."""

    _wire = {"start": "Start", "end": "End", "exit_code": "ExitCode", "output": "Output"}

    start: str
    end: str
    exit_code: int
    output: str


class Health(Record):
    """What the runs so far add up to: the document health.json of the container."""

    _wire = {"status": "Status", "failing_streak": "FailingStreak", "log": "Log"}

    status: str = STARTING
    failing_streak: int = 0
    log: tuple[Result, ...] = ()

    def after(self, result: Result, check: Healthcheck, *, in_start_period: bool, kept: int = 5) -> Health:
        """Return the health after one more run. Failures of the start period do not count; 0 `kept` results is all."""
        log = (*self.log, result)[-kept:]
        if result.exit_code == 0:
            return Health(HEALTHY, 0, log)
        if in_start_period and self.status == STARTING:
            return Health(STARTING, 0, log)
        streak = self.failing_streak + 1
        status = UNHEALTHY if streak >= (check.retries or DEFAULT_RETRIES) else self.status
        return Health(status, streak, log)


def command(check: Healthcheck | None) -> tuple[str, ...]:
    """Return the words to execute, () where there is no check. Raises UsageError for a test unknown to Docker."""
    if check is None or not check.test or check.test[0] == "NONE":
        return ()
    kind, *words = check.test
    if kind == "CMD" and words:
        return tuple(words)
    if kind == "CMD-SHELL" and len(words) == 1:
        return ("/bin/sh", "-c", words[0])
    raise UsageError(f"the health check {list(check.test)} is not one: it begins with NONE, CMD or CMD-SHELL")


def read(layout: StorageLayout, container_id: str) -> Health:
    """Return the health that was last written down."""
    try:
        return Health.from_json(jsonfile.read(_path(layout, container_id)))
    except (OSError, ValueError):
        return Health()


def write(layout: StorageLayout, record: ContainerRecord, health: Health) -> None:
    """Write the health down; where the container's folder is gone, so is the container."""
    try:
        jsonfile.write(_path(layout, record.id), health.to_json(), durable=False)
        if (folder := record.health.log_destination) not in KEPT_BY_POD:
            jsonfile.write(f"{folder}/{record.id}-healthcheck.log", health.to_json(), durable=False)
    except OSError:
        pass


def forget(layout: StorageLayout, container_id: str) -> None:
    """Begin anew: the container starts."""
    files.remove_file(_path(layout, container_id))


def _path(layout: StorageLayout, container_id: str) -> str:
    return f"{layout.container(container_id)}/health.json"


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
