"""`wait --condition`: Podman's statuses, and Docker's `not-running`, `next-exit` and `removed`."""

from __future__ import annotations

import time

from pod.cli.parsers import invalid, split_commas
from pod.engine import containers
from pod.engine.wait import wait
from pod.errors import NoSuchContainer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pod.cli.context import Context

_ENDED = ("stopped", "exited")
_STATUSES = (
    *("configured", "created", "running", "paused", "stopping", "stopped", "exited", "removing", "removed"),
    *("healthy", "unhealthy", "starting"),
)
_NOT_ENDED = -1  # what Podman prints for a condition that is met by a container that has not ended


def parse_conditions(values: Iterable[str]) -> tuple[str, ...]:
    """Return the statuses of which any ends the wait; without any, it is the container's end."""
    conditions = tuple("exited" if value in ("not-running", "next-exit") else value for value in split_commas(values))
    for condition in conditions:
        if condition not in _STATUSES:
            raise invalid("--condition", condition, f"it is one of {', '.join(_STATUSES)}")
    return conditions or ("exited",)


def wait_until(context: Context, name: str, conditions: tuple[str, ...], interval: int) -> int:
    """Wait for a condition and return the exit code. Its end it tells; otherwise it is asked every `interval`.

    Raises NoSuchContainer, unless it is being waited for that there is none.
    """
    if set(conditions) <= set(_ENDED):
        return wait(context.engine, name)
    container_id = containers.find_id(context.engine.layout, name)
    code = _NOT_ENDED
    while True:
        try:
            state = containers.load(context.engine.layout, container_id).state
        except NoSuchContainer:
            if "removed" in conditions:
                return code
            raise
        ended = state.status == "exited"
        code = state.exit_code if ended else _NOT_ENDED
        if state.status in conditions or (ended and "stopped" in conditions) or state.health in conditions:
            return code
        time.sleep(interval / 1e9)
