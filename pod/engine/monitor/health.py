"""The schedule of a container's health check, kept by its monitor.

Each run is a child of the monitor that enters the container, so that the monitor itself stays small and is never
held up; the result comes back over a pipe.
"""

from __future__ import annotations

import os
import time

from pod.linux import files, jsonfile
from pod.storage.container_records import ContainerRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.engine.healthcheck import Health

_SECOND = 1_000_000_000
_INTERVAL, _START_INTERVAL = 30.0, 5.0
_SIGKILL = 9


class HealthChecks:
    """When the next check is due, and the one that is running. Times are of time.monotonic()."""

    def __init__(self, engine: Engine, record: ContainerRecord, started: float) -> None:
        assert record.healthcheck is not None
        self._engine = engine
        self._record = record
        self._check = record.healthcheck
        self.started = started
        self._pid = 0
        self._pipe = -1
        self._due = started + self._interval(starting=True)

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
        return None if self.running else self._due

    def fileno(self) -> int:
        """The descriptor that becomes readable when the running check has a result."""
        return self._pipe

    def start_if_due(self) -> None:
        if not self.running and time.monotonic() >= self._due:
            self._pipe, writer = os.pipe()
            self._pid = os.fork()
            if self._pid == 0:
                try:
                    _run(self._engine, self._record.id, writer)
                finally:
                    os._exit(1)
            os.close(writer)

    def finish(self) -> None:
        """Take the running check's result, and write down what it changes."""
        from pod.engine import healthcheck

        data = files.read_all(self._pipe, 1 << 20)
        os.close(self._pipe)
        os.waitpid(self._pid, 0)
        self._pid, self._pipe = 0, -1
        now = time.monotonic()
        before = healthcheck.read(self._engine.layout, self._record.id)
        in_start_period = now - self.started < self._check.start_period / _SECOND
        if data:
            result = healthcheck.Result.from_json(jsonfile.loads(data))
            self._note(before, before.after(result, self._check, in_start_period=in_start_period))
            before = healthcheck.read(self._engine.layout, self._record.id)
        self._due = now + self._interval(starting=in_start_period and before.status == healthcheck.STARTING)

    def _note(self, before: Health, after: Health) -> None:
        from pod.engine import containers, events, healthcheck

        layout = self._engine.layout
        healthcheck.write(layout, self._record.id, after)
        if after.status != before.status:
            state = containers.load(layout, self._record.id).state
            containers.save_state(layout, self._record.id, state.replace(health=after.status))
        events.container(layout, "health_status", self._record, health_status=after.status)

    def abandon(self) -> None:
        """End a check that is still running: its container has ended."""
        if self.running:
            os.kill(self._pid, _SIGKILL)
            os.waitpid(self._pid, 0)
            os.close(self._pipe)
            self._pid, self._pipe = 0, -1


def _run(engine: Engine, container_id: str, writer: int) -> None:
    """The child's part: one check, its result into the pipe. It must not outlive the monitor."""
    from pod.engine import containers, healthcheck
    from pod.linux import syscalls

    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, _SIGKILL)
    result = healthcheck.run(engine, containers.load(engine.layout, container_id))
    healthcheck.report(result, writer)


def of(engine: Engine, record: ContainerRecord, started: float) -> HealthChecks | None:
    """Return the schedule for a container that has a health check."""
    check = record.healthcheck
    if check is None or not check.test or check.test[0] == "NONE":
        return None
    return HealthChecks(engine, record, started)
