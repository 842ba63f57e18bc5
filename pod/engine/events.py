"""Writing down what happens: one line of JSON for each event, appended to events.log by whoever does it.

On the path of `run`: a line is one open and one write, nothing is synced, and a log that cannot be written (a full
disk, a store that is only read) never keeps a verb from its work. Reading is in event_stream.
"""

from __future__ import annotations

import os

from pod.linux import jsonfile, locks, times
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.storage.container_records import ContainerRecord
    from pod.storage.layout import StorageLayout
    from pod.storage.pod_records import PodRecord

CONTAINER, IMAGE, SYSTEM, VOLUME, SECRET = "container", "image", "system", "volume", "secret"
NETWORK, POD = "network", "pod"

_MAXIMUM = 1 << 20  # bytes, then the log becomes events.log.1


class Event(Record):
    """One event, its action in Podman's words."""

    _omit_defaults = True

    time: str
    type: str
    action: str
    id: str = ""
    name: str = ""
    image: str = ""  # of a container, as the user wrote it
    labels: dict[str, str] = {}
    details: dict[str, str] = {}  # exitCode, signal, oldName …


def container(layout: StorageLayout, action: str, record: ContainerRecord, **details: str) -> None:
    """Write down what happened to a container."""
    _append(
        layout, Event(times.now(), CONTAINER, action, record.id, record.name, record.image_name, record.labels, details)
    )


def ended(layout: StorageLayout, record: ContainerRecord, exit_code: int | None, *, oom_killed: bool) -> None:
    """Write down that a container has ended, and that the kernel had killed a process of its for want of memory."""
    if oom_killed:
        container(layout, "oom", record)
    container(layout, "died", record, exitCode=str(exit_code))


def image(layout: StorageLayout, action: str, image_id: str = "", name: str = "") -> None:
    """Write down what happened to an image; `image_id` is sha256:…, `name` a name or the file it came from."""
    _append(layout, Event(times.now(), IMAGE, action, image_id.removeprefix("sha256:"), name))


def volume(layout: StorageLayout, action: str, name: str) -> None:
    """Write down what happened to a volume."""
    _append(layout, Event(times.now(), VOLUME, action, name, name))


def network(layout: StorageLayout, action: str, name: str, network_id: str, **details: str) -> None:
    """Write down what happened to a network, and to which container on it."""
    _append(layout, Event(times.now(), NETWORK, action, network_id, name, details=details))


def pod(layout: StorageLayout, action: str, record: PodRecord) -> None:
    """Write down what happened to a pod."""
    _append(layout, Event(times.now(), POD, action, record.id, record.name, labels=record.labels))


def secret(layout: StorageLayout, action: str, secret_id: str, name: str) -> None:
    """Write down what happened to a secret, never what it is."""
    _append(layout, Event(times.now(), SECRET, action, secret_id, name))


def _append(layout: StorageLayout, event: Event) -> None:
    line = jsonfile.dumps(event.to_json()) + b"\n"
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        fd = os.open(layout.events, flags, 0o600)
    except OSError:
        return
    try:
        os.write(fd, line)  # in one piece: O_APPEND keeps those of several processes apart
        size = os.fstat(fd).st_size
    except OSError:
        return
    finally:
        os.close(fd)
    if size > _MAXIMUM:
        _rotate(layout)


def _rotate(layout: StorageLayout) -> None:
    """Start a new log, unless somebody else is doing or has just done that."""
    lock = locks.Lock(layout.lock("events"))
    try:
        if lock.acquire(wait=False) and os.stat(layout.events).st_size > _MAXIMUM:
            os.rename(layout.events, f"{layout.events}.1")
    except OSError:
        pass
    finally:
        lock.release()
