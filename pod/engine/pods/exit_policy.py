"""--exit-policy stop: with the last container of a pod its infra container ends, too."""

from __future__ import annotations

from pod.engine import stop
from pod.engine.pods import store
from pod.errors import PodError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.storage.container_records import ContainerRecord


def apply(engine: Engine, record: ContainerRecord) -> None:
    """End the pod of a container that has just ended, where it was the last one. Called by its monitor."""
    try:
        document = store.load(engine.layout, record.pod.id)
        if document.exit_policy != "stop":
            return
        pod = store.look(engine, document)
        if pod.infra is not None and not any(one.active for one in pod.members if one.id != record.id):
            stop.stop(engine, pod.infra.id, 0)
    except (PodError, OSError):
        pass  # nobody is there to be told; the pod was removed meanwhile
