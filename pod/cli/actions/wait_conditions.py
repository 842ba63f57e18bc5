"""`wait --condition`: Podman's statuses, and Docker's `not-running`, `next-exit` and `removed`."""

from __future__ import annotations

from pod.cli.parsers import invalid, split_commas

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

STATUSES = (
    *("configured", "created", "running", "paused", "stopping", "stopped", "exited", "removing", "removed"),
    *("healthy", "unhealthy", "starting"),
)


def parse_conditions(values: Iterable[str]) -> tuple[str, ...]:
    """Return the statuses of which any ends the wait; () is the default, that the container does not run."""
    conditions = tuple("exited" if value in ("not-running", "next-exit") else value for value in split_commas(values))
    for condition in conditions:
        if condition not in STATUSES:
            raise invalid("--condition", condition, f"it is one of {', '.join(STATUSES)}")
    return conditions
