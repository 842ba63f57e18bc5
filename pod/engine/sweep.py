"""Sweeping up after what was killed: every command that comes across debris of a crash removes it, asking nobody.

staging/PURPOSE.PID.…   unfinished work whose process is gone
trash/ID.PID.…          a deletion that was interrupted, and with it a name, a run folder, a lock of that container
a container that was to be removed at its end, whose monitor was killed before it could
a first process that outlived its monitor
a container whose pod is gone
"""

from __future__ import annotations

import os

from pod.engine import containers, events
from pod.engine.containers import Container
from pod.engine.discard import discard_container
from pod.engine.monitor import control_group, ending
from pod.errors import NoSuchContainer
from pod.linux import files, ids, locks, times
from pod.linux.process import boot_id
from pod.storage import staging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.linux.locks import Lock
    from pod.storage.layout import StorageLayout

_SIGKILL = 9
_KILLED_SECONDS = 10.0


def leftovers(engine: Engine) -> None:
    """Remove unfinished work of dead processes, and what lies around without a container."""
    if not any(staging.is_abandoned(path) for path in staging.entries(engine.layout)):
        return
    engine.enter()
    staging.sweep(engine.layout)
    _sweep_names(engine.layout)
    for container_id in _strangers(engine.layout, engine.layout.run_containers):
        files.remove_tree(engine.layout.run_container(container_id))
    for lock in _strangers(engine.layout, os.path.dirname(engine.layout.lock("container", "x")), "container-"):
        _sweep_lock(engine.lock("container", lock))


def _sweep_names(layout: StorageLayout) -> None:
    """Remove names whose containers are gone. Whoever takes a name holds the same lock until its container is there."""
    with locks.Lock(layout.lock("names")):
        for name in _listing(layout.names):
            if not containers.owner_of_name(layout, name):
                files.remove_file(layout.name(name))


def _sweep_lock(lock: Lock) -> None:
    if lock.acquire(wait=False):
        lock.remove()
        lock.release()


def _strangers(layout: StorageLayout, folder: str, prefix: str = "") -> list[str]:
    """Return the ids in the names in a folder that belong to no container."""
    found = [name.removeprefix(prefix) for name in _listing(folder) if name.startswith(prefix)]
    return [name for name in found if ids.is_id(name) and not os.path.isdir(layout.container(name))]


def _listing(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except FileNotFoundError:
        return []


def settle(engine: Engine, container: Container, *, wait: bool = True) -> Container:
    """Put right what a crash left of a container and return it as it is then.

    Without `wait`, a container that somebody else has in hand is left to them. Raises NoSuchContainer where the
    container was to be removed at its end.
    """
    if _runs_elsewhere(container):
        return container
    engine.enter()
    if container.record.pod.infra and _is_being_made(engine, container):
        return container
    lock = engine.lock("container", container.id)
    if not lock.acquire(wait=wait):
        return container
    try:
        now = containers.load_locked(engine.layout, container.id, lock)
        return _settle_locked(engine, now) if now.crashed else now
    finally:
        lock.release()


def _is_being_made(engine: Engine, container: Container) -> bool:
    """True for an infra container whose pod is not there yet: whoever makes it holds the pod's lock."""
    lock = engine.lock("pod", container.record.pod.id)
    if not lock.acquire(wait=False):
        return True
    lock.remove()
    lock.release()
    return False


def _has_lost_its_pod(engine: Engine, container: Container) -> bool:
    pod_id = container.record.pod.id
    return bool(pod_id) and not os.path.isdir(engine.layout.pod(pod_id))


def _runs_elsewhere(container: Container) -> bool:
    """True for a container of another machine, where both have this store (a home folder on a file server)."""
    state = container.state
    return state.boot_id != boot_id() and state.host not in ("", os.uname().nodename)


def _settle_locked(engine: Engine, container: Container) -> Container:
    state = container.state
    ended_before = state.status == "exited"
    if state.init is not None and state.boot_id == boot_id():
        state.init.send_signal(_SIGKILL)
        state.init.wait(_KILLED_SECONDS)
    state = control_group.close(state)
    if ended_before:
        events.ended(engine.layout, container.record, state.exit_code, oom_killed=state.oom_killed)
    ending.release_volumes(engine, container.record)
    if container.record.auto_remove or _has_lost_its_pod(engine, container):
        discard_container(engine, container.record, volumes=True)
        events.container(engine.layout, "remove", container.record)
        raise NoSuchContainer(container.name)
    files.remove_tree(engine.layout.run_container(container.id))
    found = state.replace(finished_at=state.finished_at or times.now())
    containers.save_state(engine.layout, container.id, found)
    return container.replace(state=found, crashed=False)
