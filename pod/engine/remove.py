"""`rm`: take a container out of the store."""

from __future__ import annotations

import os

from pod.engine import containers, events, stop
from pod.engine.discard import discard_container
from pod.errors import NoSuchContainer, NoSuchPod, PodError, StorageError, WrongState
from pod.linux.signals import SIGKILL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.engine.engine import Engine


def remove_with_dependents(engine: Engine, name: str, *, force: bool = False, volumes: bool = False) -> list[str]:
    """Remove the containers that need this one, then itself; return their ids. Raises what `remove` raises."""
    from pod.engine import dependencies

    found = dependencies.with_dependents(engine.layout, containers.find_settled(engine, name))
    return [remove(engine, container_id, force=force, volumes=volumes) for container_id in found]


def remove_user(engine: Engine, container_id: str, timeout: int | None) -> None:
    """Remove a container because something that it uses is removed; it gets `timeout` seconds to stop, or none.

    An infra container goes with its pod.
    """
    try:
        pod = containers.load(engine.layout, container_id).record.pod
        if pod.infra:
            from pod.engine.pods.remove import remove as remove_pod

            remove_pod(engine, pod.id, force=True, timeout=timeout or 0)
            return
        if timeout is not None:
            stop.stop(engine, container_id, timeout)
        remove(engine, container_id, force=True)
    except (NoSuchContainer, NoSuchPod):
        pass  # somebody else was faster


def remove(engine: Engine, name: str, *, force: bool = False, volumes: bool = False) -> str:
    """Remove a container; with `force` kill it first. Returns its id. With `volumes` those go too that nobody named.

    Without `force`, raises WrongState where it runs, InUse where others need it, and StorageError where its documents
    cannot be read; and NoSuchContainer in any case.
    """
    try:
        container = containers.find_settled(engine, name)
    except StorageError:
        if not force:
            raise
        from pod.engine import broken

        return broken.remove(engine, containers.find_id(engine.layout, name))
    if container.record.pod.infra:
        from pod.engine.pods import membership

        membership.refuse_infra(container.record)
    if container.active and not force:
        raise WrongState(
            f"container {container.name} is {container.state.status}",
            hint=f"stop it first (pod stop {container.name}), or remove it all the same (pod rm -f {container.name})",
        )
    if not force and os.path.exists(f"{engine.layout.container(container.id)}/needed-by"):
        from pod.engine import dependencies

        dependencies.refuse_if_needed(engine.layout, container)
    engine.enter()
    try:
        while not _discard_unless_active(engine, container.id, volumes=volumes):
            if not force:
                raise WrongState(f"container {container.name} was started again meanwhile")
            stop.kill_and_wait(engine, containers.load(engine.layout, container.id))
    except NoSuchContainer:
        if not force:  # else: --rm, or somebody else, was faster
            raise NoSuchContainer(name) from None
    except OSError as err:
        raise StorageError(f"cannot remove container {container.name}: {err.strerror}: {err.filename}") from err
    return container.id


def kill_ahead(engine: Engine, names: Sequence[str]) -> set[str]:
    """Kill containers that are to be removed one after the other: their monitors tidy up side by side meanwhile.

    Returns the names of those killed, which may be gone when their turn comes (--rm). What goes wrong is told then.
    """
    killed = set()
    for name in names:
        try:
            container = containers.find(engine.layout, name)
        except PodError:
            continue
        if container.running and container.state.init is not None and not container.record.pod.infra:
            stop.mark_stopped(engine, container.id)
            container.state.init.send_signal(SIGKILL)
            killed.add(name)
    return killed


def _discard_unless_active(engine: Engine, container_id: str, *, volumes: bool) -> bool:
    """Delete a container; false where that was not done because it runs."""
    with engine.lock("container", container_id) as lock:
        now = containers.load_locked(engine.layout, container_id, lock)
        if now.active:
            return False
        discard_container(engine, now.record, volumes=volumes)
        events.container(engine.layout, "remove", now.record)
        return True
