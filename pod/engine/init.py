"""`init`: get a container ready to be started: its folders, its generated files and its OCI configuration.

Podman makes the container's namespaces too, around a process that waits; here they are made by `start`, in the few
milliseconds that it takes. What `init` is for is there afterwards: config.json and the root file system to look at.
"""

from __future__ import annotations

from pod.engine import containers, events, rootfs, sharing, start_files
from pod.engine.mounts import plan
from pod.errors import WrongState
from pod.linux import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine

INITIALIZED = "initialized"


def init(engine: Engine, name: str) -> str:
    """Get a container ready; return its id. Raises NoSuchContainer, WrongState for one that runs."""
    container = containers.find_settled(engine, name)
    if container.state.status == INITIALIZED:
        raise WrongState(f"container {container.name} is initialized already", hint=f"start it: pod start {name}")
    engine.enter()
    with engine.lock("container", container.id) as lock:
        container = containers.load_locked(engine.layout, container.id, lock)
        if container.active:
            raise WrongState(f"cannot initialize container {container.name}: it is {container.state.status}")
        files.make_folders(engine.layout.run_container(container.id))
        mounts = plan.plan(engine, container.record)
        start_files.write_bundle(engine, container.record, sharing.network_plan(engine, container.record), mounts)
        mounts.release()
        rootfs.plan_of(engine, container.record)
        containers.save_state(engine.layout, container.id, container.state.replace(status=INITIALIZED))
    events.container(engine.layout, "init", container.record)
    return container.id
