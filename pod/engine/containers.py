"""Reading and writing the documents of containers, and finding a container by what a person calls it."""

from __future__ import annotations

import os

from pod.errors import AmbiguousName, NoSuchContainer
from pod.linux import ids, jsonfile
from pod.linux.process import boot_id
from pod.record import Record
from pod.storage.container_records import ContainerRecord, ContainerState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.storage.layout import StorageLayout

LOST = 137  # the exit code of a container whose monitor was killed: it was killed with it


class Container(Record):
    """A container as it is now: what was asked, and what has become of it."""

    record: ContainerRecord
    state: ContainerState

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def running(self) -> bool:
        return self.state.status in ("running", "paused")


def load(layout: StorageLayout, container_id: str) -> Container:
    """Read a container's documents. Raises NoSuchContainer when it is gone or was never finished."""
    folder = layout.container(container_id)
    try:
        record = ContainerRecord.from_json(jsonfile.read(f"{folder}/record.json"))
        state = ContainerState.from_json(jsonfile.read(f"{folder}/state.json"))
    except FileNotFoundError as err:
        raise NoSuchContainer(container_id) from err
    return Container(record, _as_of_now(state))


def _as_of_now(state: ContainerState) -> ContainerState:
    """Correct a state that its monitor could not: after kill -9 or a reboot a running container is a dead one."""
    if state.status not in ("running", "paused", "stopping"):
        return state
    if state.monitor is not None and state.monitor.is_alive() and state.boot_id == boot_id():
        return state
    rebooted = state.boot_id != boot_id()
    error = "the machine was restarted" if rebooted else "the container's monitor was killed"
    return state.replace(status="exited", exit_code=LOST, error=error)


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
    """Yield every container there is; one that vanishes while we look is left out."""
    for container_id in all_ids(layout):
        try:
            yield load(layout, container_id)
        except NoSuchContainer:
            continue


def find(layout: StorageLayout, wanted: str) -> Container:
    """Return the container that a name, an id or its beginning means. Raises NoSuchContainer, AmbiguousName."""
    return load(layout, find_id(layout, wanted))


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
