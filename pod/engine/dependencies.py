"""Which containers need which: through --requires, or because one lives in another one's namespaces.

Whoever is needed has in its folder `needed-by/ID` for each that needs it, so that `rm` need not read all containers.
"""

from __future__ import annotations

import os

from pod.engine import containers
from pod.errors import InUse, NoSuchContainer, PodError, StorageError, UsageError
from pod.linux import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.containers import Container
    from pod.engine.engine import Engine
    from pod.storage.container_records import ContainerRecord
    from pod.storage.layout import StorageLayout


def check(engine: Engine, record: ContainerRecord) -> None:
    """Raise NoSuchContainer for a container to be that needs one which is not there."""
    for name in record.lifecycle.requires:
        if containers.find_id(engine.layout, name) == record.id:
            raise UsageError(f"container {record.name} cannot require itself")


def note(layout: StorageLayout, record: ContainerRecord) -> None:
    """Leave word with the containers that a new one needs."""
    for name in record.needs:
        try:
            folder = f"{layout.container(containers.find_id(layout, name))}/needed-by"
            os.makedirs(folder, exist_ok=True)
            files.write_atomic(f"{folder}/{record.id}", b"", durable=False)
        except (OSError, PodError):
            continue  # removed this very moment: `start` will tell


def dependents(layout: StorageLayout, container: Container) -> list[Container]:
    """Return the containers that need this one."""
    try:
        ids = os.listdir(f"{layout.container(container.id)}/needed-by")
    except OSError:
        return []
    found = []
    for container_id in sorted(ids):
        try:
            other = containers.load(layout, container_id)
            if any(containers.find_id(layout, name) == container.id for name in other.record.needs):
                found.append(other)
        except (NoSuchContainer, StorageError):
            continue
    return found


def refuse_if_needed(layout: StorageLayout, container: Container) -> None:
    """Raise InUse where removing a container would leave others without what they need."""
    if others := dependents(layout, container):
        raise InUse(
            f"container {container.name} is needed by {', '.join(other.name for other in others)}",
            hint=f"remove those too: pod rm --depend {container.name}; or it alone: pod rm -f {container.name}",
        )


def with_dependents(layout: StorageLayout, container: Container) -> list[str]:
    """Return the ids of a container and of all that need it, in an order in which they can be removed."""
    order: dict[str, None] = {}

    def visit(one: Container, above: tuple[str, ...]) -> None:
        for other in dependents(layout, one):
            if other.id not in (*above, *order):
                visit(other, (*above, other.id))
        order[one.id] = None

    visit(container, (container.id,))
    return list(order)
