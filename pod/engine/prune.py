"""`container prune`: remove the containers that do not run."""

from __future__ import annotations

from pod.engine import containers, remove, sizes
from pod.errors import NoSuchContainer, StorageError, WrongState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.engine.containers import Container
    from pod.engine.engine import Engine


def prune_containers(engine: Engine, fits: Callable[[Container], bool]) -> tuple[list[str], int]:
    """Remove the stopped containers that fit; return their ids, the oldest first, and how many bytes that frees.

    Infra containers go with their pods only. One that is started or removed by somebody else meanwhile is left alone.
    """
    removed = []
    freed = 0
    found = [c for c in containers.every(engine.layout) if not c.running and not c.record.pod.infra and fits(c)]
    for container in sorted(found, key=lambda c: c.record.created):
        try:
            size = own_size(engine, container)
            remove.remove(engine, container.id)
        except (NoSuchContainer, WrongState):
            continue
        removed.append(container.id)
        freed += size
    return removed, freed


def own_size(engine: Engine, container: Container) -> int:
    """Return the bytes of a container's own files; 0 where its image's layers are lost and nobody can tell."""
    try:
        return sizes.container_size(engine, container)[0]
    except StorageError:
        return 0
