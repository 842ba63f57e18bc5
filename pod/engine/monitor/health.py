"""The schedule of a container's health check, kept by its monitor.

Each run is a child of the monitor that enters the container, so that the monitor itself stays small and is never
held up; the result comes back over a pipe. A startup check, where there is one, goes first until it has succeeded.
"""

from __future__ import annotations

import os
import time

from pod.engine import health
from pod.linux import files, jsonfile
from pod.oci.image_config import Healthcheck
from pod.record import Record
from pod.storage.container_records import ContainerRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.engine.health import Health, Result

_SECOND = 1_000_000_000
_INTERVAL, _START_INTERVAL = 30.0, 5.0
_SIGKILL = 9
RESTART = "restart"
_NEVER = float("inf")


class Progress(Record):
    """How far the checks have come; all that another interpreter must know to go on. Times are time.monotonic()."""

    started: float
    in_startup: bool = False  # the startup check has not yet succeeded often enough
    successes: int = 0
    failures: int = 0  # of the startup check
    notify_socket: str = ""  # who is to be told that the container is healthy, until that is done


class HealthChecks:
    """When the next check is due, and the one that is running."""

    def __init__(self, engine: Engine, record: ContainerRecord, progress: Progress) -> None:
        self._engine = engine
        self._record = record
        self.progress = progress
        self._pid = 0
        self._pipe = -1
        self._due = progress.started + self._interval(starting=True)

    @property
    def _check(self) -> Healthcheck:
        check = self._record.health.startup if self.progress.in_startup else self._record.healthcheck
        assert check is not None
        return check

    def _interval(self, *, starting: bool) -> float:
        check = self._check
        if starting and check.start_period:
            return check.start_interval / _SECOND or min(_START_INTERVAL, check.interval / _SECOND or _INTERVAL)
        return check.interval / _SECOND or _INTERVAL

    @property
    def running(self) -> bool:
        return self._pid != 0

    @property
    def due(self) -> float | None:
        """The moment of the next check; None while one runs."""
        return None if self.running or self._due == _NEVER else self._due

    def fileno(self) -> int:
        """The descriptor that becomes readable when the running check has a result."""
        return self._pipe

    def start_if_due(self) -> None:
        if not self.running and time.monotonic() >= self._due:
            self._pipe, writer = os.pipe()
            self._pid = os.fork()
            if self._pid == 0:
                try:
                    _run(self._engine, self._record.id, self._check, writer)
                finally:
                    os._exit(1)
            os.close(writer)

    def finish(self) -> str:
        """Take the running check's result, and write down what it changes.

        Returns what is to be done to the container: "" for nothing, kill, restart or stop.
        """
        data = files.read_all(self._pipe, 1 << 21)
        os.close(self._pipe)
        os.waitpid(self._pid, 0)
        self._pid, self._pipe = 0, -1
        action = ""
        if data:
            result = health.Result.from_json(jsonfile.loads(data))
            action = self._note_startup(result) if self.progress.in_startup else self._note(result)
        now = time.monotonic()
        if not self._follow_update():
            self._due = _NEVER
            return action
        status = health.read(self._engine.layout, self._record.id).status
        starting = self._in_start_period(now) and status == health.STARTING
        self._due = now + self._interval(starting=starting)
        return action

    def _follow_update(self) -> bool:
        """Take over what `pod update` has changed; return whether there still is a check."""
        from pod.engine import containers

        layout, container_id = self._engine.layout, self._record.id
        found = containers.load(layout, container_id)
        if not health.command(found.record.healthcheck):
            containers.save_state(layout, container_id, found.state.replace(health=""))
            return False
        self._record = found.record
        if self._record.health.startup is None:
            self.progress = self.progress.replace(in_startup=False)
        return True

    def _in_start_period(self, now: float) -> bool:
        return now - self.progress.started < self._check.start_period / _SECOND

    def _note_startup(self, result: Result) -> str:
        """Count a run of the startup check; once it has succeeded, the regular one takes over."""
        policy, progress = self._record.health, self.progress
        if result.exit_code == 0:
            successes = progress.successes + 1
            over = successes >= policy.startup_successes
            self.progress = progress.replace(successes=successes, in_startup=not over)
            return ""
        self.progress = progress.replace(failures=progress.failures + 1, successes=0)
        return RESTART if self._check.retries and self.progress.failures >= self._check.retries else ""

    def _note(self, result: Result) -> str:
        from pod.engine import containers, events

        layout, record = self._engine.layout, self._record
        before = health.read(layout, record.id)
        in_start_period = self._in_start_period(time.monotonic())
        kept = record.health.max_log_count
        after = before.after(result, self._check, in_start_period=in_start_period, kept=kept)
        health.write(layout, record, after)
        if after.status != before.status:
            state = containers.load(layout, record.id).state
            containers.save_state(layout, record.id, state.replace(health=after.status))
        told = {"health_log": result.output} if record.health.log_destination == "events_logger" else {}
        streak = {"health_failing_streak": str(after.failing_streak)} if after.failing_streak else {}
        events.container(layout, "health_status", record, health_status=after.status, **streak, **told)
        return self._consequence(before, after)

    def _consequence(self, before: Health, after: Health) -> str:
        if after.status == health.HEALTHY and self.progress.notify_socket:
            from pod.engine.monitor import notify

            notify.send(self.progress.notify_socket, "READY=1")
            self.progress = self.progress.replace(notify_socket="")
        turned = after.status == health.UNHEALTHY != before.status
        return self._record.health.on_failure.replace("none", "") if turned else ""

    def abandon(self) -> None:
        """End a check that is still running: its container has ended."""
        if self.running:
            os.kill(self._pid, _SIGKILL)
            os.waitpid(self._pid, 0)
            os.close(self._pipe)
            self._pid, self._pipe = 0, -1


def _run(engine: Engine, container_id: str, check: Healthcheck, writer: int) -> None:
    """The child's part: one check, its result into the pipe. It must not outlive the monitor."""
    from pod.engine import containers, healthcheck
    from pod.linux import syscalls

    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, _SIGKILL)
    result = healthcheck.run(engine, containers.load(engine.layout, container_id), check)
    healthcheck.report(result, writer)


def of(engine: Engine, record: ContainerRecord, notify_socket: str = "") -> HealthChecks | None:
    """Return the schedule for a container that starts, if it has a health check."""
    if not health.command(record.healthcheck):
        return None
    health.forget(engine.layout, record.id)
    in_startup = record.health.startup is not None
    return HealthChecks(engine, record, Progress(time.monotonic(), in_startup, notify_socket=notify_socket))
