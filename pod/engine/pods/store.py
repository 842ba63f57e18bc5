"""Reading the documents of pods, and finding a pod by what a person calls it."""

from __future__ import annotations

import os

from pod.engine import containers
from pod.errors import AmbiguousName, NoSuchContainer, NoSuchPod, StorageError
from pod.linux import ids, jsonfile
from pod.record import Record
from pod.storage.pod_records import PodRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.engine.containers import Container
    from pod.engine.engine import Engine
    from pod.storage.layout import StorageLayout


class Pod(Record):
    """A pod as it is now: what was asked, and its containers, the infra container first, then the oldest."""

    record: PodRecord
    containers: tuple[Container, ...]

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def infra(self) -> Container | None:
        """The container that holds the shared namespaces, where there is one."""
        return next((one for one in self.containers if one.record.pod.infra), None)

    @property
    def members(self) -> tuple[Container, ...]:
        """The containers but for the infra container."""
        return tuple(one for one in self.containers if not one.record.pod.infra)

    @property
    def status(self) -> str:
        """Podman's word for the state of its containers together (libpod, pod status)."""
        count = len(self.containers)
        statuses = [one.state.status for one in self.containers]
        ended = statuses.count("exited") + statuses.count("stopping")
        if statuses.count("running") + statuses.count("restarting"):
            return "Running" if statuses.count("running") == count else "Degraded"
        if count and statuses.count("paused") == count:
            return "Paused"
        if ended:
            return "Exited" if ended == count else "Stopped"
        return "Created"


def load(layout: StorageLayout, pod_id: str) -> PodRecord:
    """Read a pod's document. Raises NoSuchPod, StorageError."""
    path = f"{layout.pod(pod_id)}/record.json"
    try:
        return PodRecord.from_json(jsonfile.read(path))
    except (FileNotFoundError, NotADirectoryError) as err:
        raise NoSuchPod(pod_id) from err
    except ValueError as err:
        raise StorageError(
            f"cannot read pod {pod_id[:12]}: {path} is broken: {err}", hint=f"remove it: pod pod rm -f {pod_id[:12]}"
        ) from err


def find_id(layout: StorageLayout, wanted: str) -> str:
    """Return the id that a name, an id or its beginning means. Raises NoSuchPod, AmbiguousName."""
    if wanted and "/" not in wanted and (pod_id := owner_of_name(layout, wanted)):
        return pod_id
    if ids.is_id(wanted) and os.path.isdir(layout.pod(wanted)):
        return wanted
    if ids.is_id_prefix(wanted):
        matches = [pod_id for pod_id in all_ids(layout) if pod_id.startswith(wanted)]
        if len(matches) > 1:
            raise AmbiguousName("pod", wanted, tuple(pod_id[:12] for pod_id in matches))
        if matches:
            return matches[0]
    raise NoSuchPod(wanted)


def find(layout: StorageLayout, wanted: str) -> PodRecord:
    """Return the document of the pod that is meant. Raises NoSuchPod, AmbiguousName, StorageError."""
    return load(layout, find_id(layout, wanted))


def owner_of_name(layout: StorageLayout, name: str) -> str:
    """Return the id of the pod that bears the name, "" where none does."""
    try:
        pod_id = os.path.basename(os.readlink(layout.pod_name(name)))
    except OSError:
        return ""
    return pod_id if os.path.isdir(layout.pod(pod_id)) else ""


def all_ids(layout: StorageLayout) -> list[str]:
    """Return the ids of all pods, in no order."""
    try:
        return [name for name in os.listdir(layout.pods) if ids.is_id(name)]
    except FileNotFoundError:
        return []


def every(engine: Engine) -> Iterator[Pod]:
    """Yield every pod that can be read, and tell the user of those that cannot."""
    for pod_id in all_ids(engine.layout):
        try:
            yield look(engine, load(engine.layout, pod_id))
        except NoSuchPod:
            continue
        except StorageError as err:
            engine.notify(f"Warning: {err.message}; {err.hint}")


def look(engine: Engine, record: PodRecord) -> Pod:
    """Return a pod with its containers, after putting right what crashes left of these."""
    found = []
    for container_id in member_ids(engine.layout, record.id):
        try:
            found.append(containers.find_settled(engine, container_id))
        except (NoSuchContainer, StorageError):
            continue
    found.sort(key=lambda one: (not one.record.pod.infra, one.record.created))
    return Pod(record, tuple(found))


def get(engine: Engine, wanted: str) -> Pod:
    """Return the pod that is meant, with its containers. Raises NoSuchPod, AmbiguousName, StorageError."""
    return look(engine, find(engine.layout, wanted))


def member_ids(layout: StorageLayout, pod_id: str) -> list[str]:
    """Return the ids of the containers that are, or were, in a pod."""
    try:
        return [name for name in os.listdir(f"{layout.pod(pod_id)}/members") if ids.is_id(name)]
    except FileNotFoundError:
        return []
