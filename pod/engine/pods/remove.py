"""`pod rm` and `pod prune`: the pod goes in one step, and whatever was in it after it."""

from __future__ import annotations

import os

from pod.engine import containers, events, stop
from pod.engine.discard import discard_container
from pod.engine.pods import lifecycle, store
from pod.errors import NoSuchContainer, NoSuchPod, StorageError, WrongState
from pod.linux import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.engine.pods.store import Pod
    from pod.storage.pod_records import PodRecord


def remove(engine: Engine, wanted: str, *, force: bool = False, timeout: int | None = None) -> str:
    """Remove a pod with its containers; return its id. With `force` those that run are stopped first.

    Raises NoSuchPod, and WrongState where a container but the infra container runs.
    """
    pod_id = store.find_id(engine.layout, wanted)
    try:
        pod = store.get(engine, pod_id)
    except StorageError:
        if not force:
            raise
        pod = None
    engine.enter()
    members = store.member_ids(engine.layout, pod_id)
    if pod is not None:
        if running := [one.name for one in pod.members if one.active and not force]:
            raise WrongState(
                f"pod {pod.name} has containers that run: {', '.join(running)}",
                hint=f"stop them first (pod pod stop {pod.name}), or remove it all the same (pod pod rm -f {pod.name})",
            )
        lifecycle.stop_containers(engine, pod.containers, timeout)
    _take_out(engine, pod_id, None if pod is None else pod.record)
    for container_id in members:
        _discard(engine, container_id)
    if pod is not None:
        events.pod(engine.layout, "remove", pod.record)
    return pod_id


def _take_out(engine: Engine, pod_id: str, record: PodRecord | None) -> None:
    """Take the pod itself out of the store; from here on its containers are nobody's."""
    with engine.lock("pod", pod_id) as lock:
        if not os.path.isdir(engine.layout.pod(pod_id)):
            lock.remove()
            raise NoSuchPod(pod_id)
        if record is not None:
            throw_away(engine, record)
        else:
            engine.layout.discard(engine.layout.pod(pod_id))
        lock.remove()


def throw_away(engine: Engine, record: PodRecord) -> None:
    """Remove a pod's folder and its name. The caller holds its lock."""
    engine.layout.discard(engine.layout.pod(record.id))
    name = engine.layout.pod_name(record.name)
    if os.path.islink(name) and not store.owner_of_name(engine.layout, record.name):
        files.remove_file(name)


def _discard(engine: Engine, container_id: str) -> None:
    """Remove a container whose pod is gone; one that was started meanwhile is killed."""
    try:
        while True:
            with engine.lock("container", container_id) as lock:
                now = containers.load_locked(engine.layout, container_id, lock)
                if not now.active:
                    discard_container(engine, now.record, volumes=True)
                    events.container(engine.layout, "remove", now.record)
                    return
            stop.kill_and_wait(engine, now)
    except NoSuchContainer:
        return  # --rm, or a sweep, was faster


def prune(engine: Engine) -> list[str]:
    """Remove the pods of which no container runs; return their ids."""
    removed = []
    for pod in sorted(store.every(engine), key=lambda pod: pod.record.created):
        if _is_over(pod):
            try:
                removed.append(remove(engine, pod.id))
            except (NoSuchPod, WrongState):
                continue
    return removed


def _is_over(pod: Pod) -> bool:
    return pod.status in ("Exited", "Stopped") and not any(one.active for one in pod.members)
