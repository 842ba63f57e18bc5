"""Sweeping up after what was killed: every command that comes across debris of a crash removes it, asking nobody.

staging/PURPOSE.PID.…   unfinished work whose process is gone
trash/…                 a deletion that was interrupted
a container that was to be removed at its end, whose monitor was killed before it could
a first process that outlived its monitor; a run folder without a container
"""

from __future__ import annotations

import os

from pod.engine import containers, remove
from pod.engine.containers import Container
from pod.errors import PodError
from pod.linux import files, jsonfile
from pod.linux.process import boot_id
from pod.storage.container_records import ContainerState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine

_SIGKILL = 9


def leftovers(engine: Engine) -> None:
    """Remove unfinished work of dead processes. Two listings of folders when there is none."""
    for name in _listing(engine.layout.trash):
        engine.enter()
        files.remove_tree(f"{engine.layout.trash}/{name}")
    for name in _listing(engine.layout.staging):
        if not _maker_lives(name):
            engine.enter()
            files.remove_tree(f"{engine.layout.staging}/{name}")


def _listing(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except FileNotFoundError:
        return []


def _maker_lives(name: str) -> bool:
    """True where the pid in a staging folder's name (PURPOSE.PID.RANDOM) is a process, of whoever."""
    parts = name.split(".")
    return len(parts) < 3 or not parts[1].isdecimal() or os.path.exists(f"/proc/{parts[1]}")


def lost(engine: Engine, container: Container) -> bool:
    """Put right a container whose monitor was killed; true when it is gone after that, as --rm had asked.

    Only the stored document shows it: `Container.state` already says what is true now.
    """
    if container.running or not _unfinished(engine, container):
        return False
    engine.enter()
    with engine.lock("container", container.id):
        if not _unfinished(engine, container):
            return not os.path.isdir(engine.layout.container(container.id))
        if container.state.init is not None and container.state.boot_id == boot_id():
            container.state.init.send_signal(_SIGKILL)
        if container.record.auto_remove:
            remove.discard(engine, container.record)
            return True
        files.remove_tree(engine.layout.run_container(container.id))
        containers.save_state(engine.layout, container.id, container.state)
    return False


def _unfinished(engine: Engine, container: Container) -> bool:
    """True where state.json still tells of a running container although it is not."""
    try:
        stored = ContainerState.from_json(jsonfile.read(f"{engine.layout.container(container.id)}/state.json"))
    except (OSError, ValueError):
        return False
    if stored.status in ("running", "paused", "stopping"):
        return not (stored.monitor is not None and stored.monitor.is_alive() and stored.boot_id == boot_id())
    return container.record.auto_remove and stored.status == "exited" and not _monitored(stored)


def _monitored(state: ContainerState) -> bool:
    return state.monitor is not None and state.boot_id == boot_id() and state.monitor.is_alive()


def everything(engine: Engine) -> None:
    """Sweep the whole store: leftovers, and every container that a crash left behind."""
    leftovers(engine)
    for container in containers.every(engine.layout):
        try:
            lost(engine, container)
        except PodError as err:
            engine.notify(f"cannot tidy up container {container.name}: {err.message}")
    known = set(containers.all_ids(engine.layout))
    for name in _listing(engine.layout.run_containers):
        if name not in known and not _being_made(engine, name):
            engine.enter()
            files.remove_tree(engine.layout.run_container(name))


def _being_made(engine: Engine, container_id: str) -> bool:
    """True for a run folder younger than a creation takes: its container may be renamed into place any moment."""
    import time

    try:
        return time.time() - os.stat(engine.layout.run_container(container_id)).st_mtime < 60
    except FileNotFoundError:
        return False
