"""A container's health: what its checks add up to (Docker's HEALTHCHECK), and where that is written down.

How a check is run is in healthcheck.py, when in monitor/health.py.
"""

from __future__ import annotations

from pod.errors import UsageError
from pod.linux import files, jsonfile
from pod.oci.image_config import Healthcheck
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.storage.container_records import ContainerRecord
    from pod.storage.layout import StorageLayout

KEPT_BY_POD = ("local", "events_logger")  # destinations of the log that are no folder
STARTING, HEALTHY, UNHEALTHY = "starting", "healthy", "unhealthy"
SECOND = 1_000_000_000
DEFAULT_INTERVAL = 30 * SECOND
DEFAULT_TIMEOUT = 30 * SECOND
DEFAULT_RETRIES = 3


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
