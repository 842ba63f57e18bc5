"""The document of a pod: pods/ID/record.json. What state it is in, its containers tell (pod.engine.pods.status)."""

from __future__ import annotations

from pod.record import Record
from pod.storage.container_records import Mount, PodMember, RestartPolicy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VERSION = 1
SHARED = ("ipc", "net", "uts")  # what containers share where nothing is said, as in Podman
SHAREABLE = ("cgroup", "ipc", "net", "pid", "uts", "user")


class PodRecord(Record):
    """What was asked of `pod create`."""

    _omit_defaults = True

    version: int
    id: str
    name: str
    created: str
    infra: str = ""  # the id of the container that holds the shared namespaces
    share: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    hostname: str = ""
    exit_policy: str = "continue"  # or stop: with the last container the infra container ends, too
    restart: RestartPolicy = RestartPolicy()
    mounts: tuple[Mount, ...] = ()  # that every container gets
    volumes_from: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    security_opt: tuple[str, ...] = ()
    service: str = ""  # the id of the service container of a `kube play`
    create_command: tuple[str, ...] = ()
    unknown: dict[str, Any] = {}


NO_POD = PodMember()
