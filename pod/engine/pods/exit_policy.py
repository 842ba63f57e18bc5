"""--exit-policy stop: with the last container of a pod its infra container ends, and with the last pod its service."""

from __future__ import annotations

from pod.engine import containers, stop
from pod.engine.pods import store
from pod.errors import PodError
from pod.linux.signals import SIGKILL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.storage.container_records import ContainerRecord


EXIT_CODES = "io.podman.annotations.service-exit-code-propagation"
"""The annotation of a service container that tells which exit codes are the service's: all, any or none."""


def apply(engine: Engine, record: ContainerRecord) -> None:
    """End the pod of a container that has just ended, where it was the last one. Called by its monitor."""
    try:
        document = store.load(engine.layout, record.pod.id)
        if document.exit_policy != "stop":
            return
        pod = store.look(engine, document)
        if any(one.active for one in pod.members if one.id != record.id):
            return
        if pod.infra is not None:
            stop.stop(engine, pod.infra.id)
        if document.service:
            end_service(engine, document.service)
    except (PodError, OSError):
        pass  # nobody is there to be told; the pod was removed meanwhile


def end_service(engine: Engine, service_id: str) -> None:
    """End the service container, where no container of the pods that have it runs any more.

    Killed, its monitor tells the service manager of a failure; stopped, of an end as it should be.
    """
    service = containers.load(engine.layout, service_id)
    pods = [pod for pod in store.every(engine) if pod.record.service == service_id]
    members = [one for pod in pods for one in pod.members]
    if any(one.active for one in members) or service.state.init is None:
        return
    failed = [one.state.exit_code != 0 for one in members]
    wanted = service.record.annotations.get(EXIT_CODES, "none")
    if (wanted == "any" and any(failed)) or (wanted == "all" and failed and all(failed)):
        service.state.init.send_signal(SIGKILL)
    else:
        stop.stop(engine, service_id)
