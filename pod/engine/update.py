"""`update`: other settings for a container that exists."""

from __future__ import annotations

from pod.engine import containers, events
from pod.engine.create import check_health
from pod.errors import UsageError
from pod.linux import jsonfile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.engine.containers import Container
    from pod.engine.engine import Engine
    from pod.storage.container_records import ContainerRecord


def update(engine: Engine, name: str, changed: Callable[[ContainerRecord], ContainerRecord]) -> str:
    """Change the limits of a container at once, and its restart policy from its next end on. Returns its id.

    The monitor sees another health check when it has run the old one.

    `changed` gives the new record for the old. Raises NoSuchContainer, UsageError, KernelRefused.
    """
    container_id = containers.find_id(engine.layout, name)
    with engine.lock("container", container_id):
        found = containers.load(engine.layout, container_id)
        record = changed(found.record)
        if record.auto_remove and record.restart.name != "no":
            raise UsageError(f"container {record.name} is removed at its end (--rm) and cannot be restarted")
        check_health(record)
        if record.resources != found.record.resources:
            _limit(engine, found, record)
        document = record.to_json()
        jsonfile.write(f"{engine.layout.container(container_id)}/record.json", document, durable=not record.auto_remove)
    events.container(engine.layout, "update", record)
    return container_id


def _limit(engine: Engine, found: Container, record: ContainerRecord) -> None:
    from pod.engine import limits

    if found.running and found.state.cgroup:
        limits.change(engine, found.state.cgroup, record.resources)
    else:
        limits.check(engine, record)
