"""Reading and writing the documents of containers, and finding a container by what a person calls it."""

from __future__ import annotations

import os

from pod.errors import AmbiguousName, NoSuchContainer, PodError, StorageError
from pod.linux import files, ids, jsonfile
from pod.linux.process import boot_id
from pod.record import Record
from pod.storage.container_records import ContainerRecord, ContainerState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeVar

    from pod.engine.engine import Engine
    from pod.linux.locks import Lock
    from pod.storage.layout import StorageLayout

    _Document = TypeVar("_Document", ContainerRecord, ContainerState)

LOST = 137  # the exit code of a container whose monitor was killed: it was killed with it


class Container(Record):
    """A container as it is now: what was asked, and what has become of it.

    `crashed` tells that whoever was to write that down, or to remove the container, was killed (see sweep); so it does
    for a container whose pod is gone.
    """

    record: ContainerRecord
    state: ContainerState
    crashed: bool = False

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def running(self) -> bool:
        return self.state.status in ("running", "paused")

    @property
    def active(self) -> bool:
        """True where a monitor has it in hand: it runs, or is about to be started again."""
        return self.running or self.state.status == "restarting"


def load(layout: StorageLayout, container_id: str) -> Container:
    """Read a container's documents. Raises NoSuchContainer when it is gone, StorageError when one is broken."""
    folder = layout.container(container_id)
    try:
        record = _read(ContainerRecord, f"{folder}/record.json")
        stored = _read(ContainerState, f"{folder}/state.json")
    except FileNotFoundError as err:
        if not os.path.isdir(folder):
            raise NoSuchContainer(container_id) from err
        raise _broken(container_id, f"{err.filename} is missing") from err
    except ValueError as err:
        raise _broken(container_id, str(err)) from err
    monitored = _is_monitored(stored)
    if record.pod.id and not os.path.isdir(layout.pod(record.pod.id)):
        return Container(record, stored if monitored or stored.status not in _LIVELY else _killed(stored), crashed=True)
    if stored.status in _LIVELY:
        return Container(record, stored if monitored else _killed(stored), crashed=not monitored)
    return Container(record, stored, crashed=record.auto_remove and stored.monitor is not None and not monitored)


_LIVELY = ("running", "paused", "stopping", "restarting")


def _read(kind: type[_Document], path: str) -> _Document:
    """Read one document. Raises ValueError that names the file."""
    data = files.read_bytes(path)
    try:
        return kind.from_json(jsonfile.loads(data))
    except ValueError as err:
        raise ValueError(f"{path} is broken: {err}") from err


def _broken(container_id: str, what: str) -> StorageError:
    return StorageError(
        f"cannot read container {container_id[:12]}: {what}", hint=f"remove it: pod rm -f {container_id[:12]}"
    )


def _is_monitored(state: ContainerState) -> bool:
    return state.monitor is not None and state.monitor.is_alive() and state.boot_id == boot_id()


def _killed(state: ContainerState) -> ContainerState:
    """Correct a state that its monitor could not: after kill -9 or a reboot a running container is a dead one."""
    rebooted = state.boot_id != boot_id()
    error = "the machine was restarted" if rebooted else "the container's monitor was killed"
    code = state.exit_code if state.status == "restarting" else LOST  # that one had ended, and was to start again
    return state.replace(status="exited", exit_code=code, error=error)


def load_locked(layout: StorageLayout, container_id: str, lock: Lock) -> Container:
    """Read a container whose lock the caller holds; that of a container that is gone goes, too."""
    try:
        return load(layout, container_id)
    except NoSuchContainer:
        lock.remove()
        raise


def save_state(layout: StorageLayout, container_id: str, state: ContainerState, *, durable: bool = False) -> None:
    """Replace state.json. A running state need not survive a power cut: after one, nothing runs."""
    jsonfile.write(f"{layout.container(container_id)}/state.json", state.to_json(), durable=durable)


def all_ids(layout: StorageLayout) -> list[str]:
    """Return the ids of all containers, finished ones only, in no order."""
    try:
        return [name for name in os.listdir(layout.containers) if ids.is_id(name)]
    except FileNotFoundError:
        return []


def every(layout: StorageLayout) -> Iterator[Container]:
    """Yield every container that can be read; one that vanishes while we look is left out."""
    for container_id in all_ids(layout):
        try:
            yield load(layout, container_id)
        except (NoSuchContainer, StorageError):
            continue


def documents(layout: StorageLayout) -> Iterator[dict[str, Any]]:
    """Yield the records of all containers as they are on disk, without understanding them; broken ones are left out."""
    for container_id in all_ids(layout):
        try:
            yield jsonfile.read(f"{layout.container(container_id)}/record.json")
        except (FileNotFoundError, ValueError):
            continue


def every_settled(engine: Engine) -> Iterator[Container]:
    """Yield every container after putting right what crashes left, and tell the user of those that cannot be read."""
    for container_id in all_ids(engine.layout):
        try:
            container = load(engine.layout, container_id)
            yield _settled(engine, container) if container.crashed else container
        except NoSuchContainer:
            continue
        except PodError as err:
            engine.notify(f"Warning: {err.message}; {err.hint}" if err.hint else f"Warning: {err.message}")


def find_settled(engine: Engine, wanted: str) -> Container:
    """Find a container as `find` does, after putting right what a crash left of it."""
    container = find(engine.layout, wanted)
    try:
        return _settled(engine, container, wait=True) if container.crashed else container
    except NoSuchContainer as err:
        raise NoSuchContainer(wanted) from err


def _settled(engine: Engine, container: Container, *, wait: bool = False) -> Container:
    from pod.engine import sweep  # after a crash only

    try:
        return sweep.settle(engine, container, wait=wait)
    except NoSuchContainer:
        raise
    except (PodError, OSError):
        return container  # a store that we may only read: what is shown is true all the same


def find(layout: StorageLayout, wanted: str) -> Container:
    """Return the container that a name, an id or its beginning means. Raises NoSuchContainer, AmbiguousName."""
    container_id = find_id(layout, wanted)
    try:
        return load(layout, container_id)
    except NoSuchContainer as err:
        raise NoSuchContainer(wanted) from err  # removed this very moment


def find_id(layout: StorageLayout, wanted: str) -> str:
    """Return the id that a name, an id or its beginning means, without reading any document."""
    name = wanted.removeprefix("/")  # Docker's own names begin with a slash
    if name and "/" not in name and (container_id := owner_of_name(layout, name)):
        return container_id
    if ids.is_id(wanted) and os.path.isdir(layout.container(wanted)):
        return wanted
    if ids.is_id_prefix(wanted):
        matches = [container_id for container_id in all_ids(layout) if container_id.startswith(wanted)]
        if len(matches) > 1:
            raise AmbiguousName("container", wanted, tuple(container_id[:12] for container_id in matches))
        if matches:
            return matches[0]
    raise NoSuchContainer(wanted)


def owner_of_name(layout: StorageLayout, name: str) -> str:
    """Return the id of the container that bears the name, "" where none does."""
    try:
        target = os.readlink(layout.name(name))
    except (FileNotFoundError, NotADirectoryError, OSError):
        return ""
    container_id = os.path.basename(target)
    return container_id if os.path.isdir(layout.container(container_id)) else ""
