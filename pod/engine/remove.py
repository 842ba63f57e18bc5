"""`rm`: take a container out of the store."""

from __future__ import annotations

import os

from pod.engine import containers, stop
from pod.errors import NoSuchContainer, WrongState
from pod.linux import files
from pod.storage.container_records import ContainerRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine


def remove(engine: Engine, name: str, *, force: bool = False, volumes: bool = False) -> str:
    """Remove a container; with `force` kill it first. Returns its id. Raises NoSuchContainer, WrongState."""
    del volumes  # anonymous volumes go with their container once there are volumes
    container = containers.find(engine.layout, name)
    if container.running and not force:
        raise WrongState(
            f"container {container.name} is running",
            hint=f"stop it first (pod stop {container.name}), or remove it all the same (pod rm -f {container.name})",
        )
    engine.enter()
    if container.running:
        stop.kill_and_wait(engine, container)
    with engine.lock("container", container.id):
        try:
            now = containers.load(engine.layout, container.id)
        except NoSuchContainer:
            if force:
                return container.id  # --rm, or somebody else, was faster
            raise NoSuchContainer(name) from None
        if now.running:
            raise WrongState(f"container {container.name} was started again meanwhile")
        discard(engine, now.record)
    return container.id


def discard(engine: Engine, record: ContainerRecord) -> None:
    """Delete everything of a container that does not run. The caller holds its lock and is in the user's namespace.

    The container's folder leaves the store in one rename; a crash after that leaves only a link that means nothing,
    and rubbish in the trash, which a sweep empties.
    """
    layout = engine.layout
    layout.discard(layout.container(record.id))
    if os.path.islink(layout.name(record.name)) and not containers.owner_of_name(layout, record.name):
        files.remove_file(layout.name(record.name))
    files.remove_tree(layout.run_container(record.id))
    files.remove_file(layout.lock("container", record.id))
