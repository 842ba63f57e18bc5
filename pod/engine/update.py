"""`update`: other settings for a container that exists."""

from __future__ import annotations

from pod.engine import containers, events
from pod.errors import UsageError
from pod.linux import jsonfile
from pod.storage.container_records import RestartPolicy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine


def update_restart(engine: Engine, name: str, policy: RestartPolicy) -> str:
    """Give a container another restart policy, which counts from its next end on. Returns its id.

    Raises NoSuchContainer, UsageError.
    """
    container_id = containers.find_id(engine.layout, name)
    with engine.lock("container", container_id):
        record = containers.load(engine.layout, container_id).record
        if record.auto_remove and policy.name != "no":
            raise UsageError(f"container {record.name} is removed at its end (--rm) and cannot be restarted")
        document = record.replace(restart=policy).to_json()
        jsonfile.write(f"{engine.layout.container(container_id)}/record.json", document, durable=not record.auto_remove)
    events.container(engine.layout, "update", record)
    return container_id
