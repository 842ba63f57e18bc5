"""`cleanup`: put away what a container that has ended has left: mounts, its run folder, what a crash left undone."""

from __future__ import annotations

from pod.engine import containers, events, mount_container
from pod.errors import NoSuchContainer, WrongState
from pod.linux import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine


def cleanup(engine: Engine, name: str) -> str:
    """Clean up after a container; return its id. Raises NoSuchContainer, WrongState for one that runs.

    Monitors clean up by themselves: this is for what is left after one was killed. One that was to be removed at its
    end is removed by that alone.
    """
    container_id = containers.find_id(engine.layout, name)
    try:
        container = containers.find_settled(engine, container_id)
    except NoSuchContainer:
        return container_id
    if container.active:
        raise WrongState(f"cannot clean up container {container.name}: it is {container.state.status}")
    engine.enter()
    with engine.lock("container", container.id) as lock:
        if not containers.load_locked(engine.layout, container.id, lock).active:
            mount_container.unmount(engine.layout, container.id)
            files.remove_tree(engine.layout.run_container(container.id))
    events.container(engine.layout, "cleanup", container.record)
    return container.id
