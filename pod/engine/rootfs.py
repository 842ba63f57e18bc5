"""The root file system of a container about to start: the storage's plan, handed to the runtime as a function."""

from __future__ import annotations

from pod.runtime.bundle import Bundle
from pod.storage.container_records import ContainerRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine


def attach(engine: Engine, record: ContainerRecord, bundle: Bundle) -> Bundle:
    """Return the bundle with what mounts its root."""
    return bundle
