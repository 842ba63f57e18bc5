"""One event as `events` shows it: Podman's line, Docker's line, their documents, and the fields for templates.

The log has Podman's words for what happened; Docker's differ for some.
"""

from __future__ import annotations

import time

from pod.cli.template import Fields, Row
from pod.engine.events import CONTAINER, IMAGE, VOLUME, Event
from pod.linux import times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DOCKER_WORDS = {
    (CONTAINER, "died"): "die",
    (CONTAINER, "remove"): "destroy",
    (CONTAINER, "exec"): "exec_start",
    (CONTAINER, "exec_died"): "exec_die",
    (IMAGE, "loadfromarchive"): "load",
    (IMAGE, "remove"): "delete",
    (VOLUME, "remove"): "destroy",
}
_SECOND = 1_000_000_000


def words(event: Event) -> tuple[str, ...]:
    """Return what the event is called: by Podman, by Docker."""
    if health := event.details.get("health_status"):
        return event.action, f"{event.action}: {health}"
    return event.action, _DOCKER_WORDS.get((event.type, event.action), event.action)


def podman_line(event: Event, *, truncate: bool) -> str:
    """Return `TIME container create ID (image=…, name=…, label=value)`."""
    shown_id = event.id[:12] if truncate else event.id
    start = f"{_go_time(times.to_ns(event.time))} {event.type} {event.action} {shown_id}"
    if event.type == VOLUME:
        return f"{_go_time(times.to_ns(event.time))} {event.type} {event.action} {event.name}"
    if event.type != CONTAINER:
        return f"{start} {event.name}"
    pairs = {"image": full_image(event), "name": event.name, **event.labels, **event.details}
    return f"{start} ({', '.join(f'{key}={value}' for key, value in pairs.items())})"


def docker_line(event: Event) -> str:
    """Return Docker's line: the local time with nine decimals, and the attributes in order of their names."""
    moment = times.to_ns(event.time)
    zone = time.strftime("%z", time.localtime(moment // _SECOND))
    clock = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(moment // _SECOND))
    shown = f"{clock}.{moment % _SECOND:09}{f'{zone[:3]}:{zone[3:]}' if int(zone) else 'Z'}"
    attributes = ", ".join(f"{key}={value}" for key, value in sorted(_attributes(event).items()))
    return f"{shown} {event.type} {words(event)[1]} {_actor(event)} ({attributes})"


def podman_document(event: Event) -> dict[str, Any]:
    """Return the event as `podman events --format json` prints it."""
    document: dict[str, Any] = {
        "ContainerExitCode": int(event.details.get("exitCode", "0")),
        "ID": event.id,
        "Image": full_image(event),
        "Name": event.name,
        "Status": event.action,
        "Time": event.time,
        "Type": event.type,
    }
    attributes = {**event.labels, **{key: value for key, value in event.details.items() if key != "exitCode"}}
    return {**{key: value for key, value in document.items() if value}, "Attributes": attributes}


def docker_document(event: Event) -> dict[str, Any]:
    """Return the event as Docker's API tells it."""
    moment = times.to_ns(event.time)
    action = words(event)[1]
    origin = {"from": event.image} if event.image else {}
    # what Docker's API had before it knew of other objects
    old = {"status": action, "id": _actor(event), **origin} if event.type in (CONTAINER, IMAGE) else {}
    return {
        **old,
        "Type": event.type,
        "Action": action,
        "Actor": {"ID": _actor(event), "Attributes": _attributes(event)},
        "scope": "local",
        "time": moment // _SECOND,
        "timeNano": moment,
    }


def template_row(event: Event, *, as_docker: bool) -> Row:
    """Return the fields that `--format` knows; those that both peers have are the caller's peer's."""
    moment = times.to_ns(event.time)
    podman, docker = words(event)
    return Row(
        Action=docker if as_docker else podman,
        Actor=Fields(ID=_actor(event), Attributes=_attributes(event)),
        Attributes=event.labels,
        ContainerExitCode=int(event.details.get("exitCode", "0")),
        ContainerInspectData="",
        Details=Fields(ContainerInspectData="", PodID="", Attributes=event.labels),
        Error=event.details.get("error", ""),
        From=event.image,
        HealthStatus=event.details.get("health_status", ""),
        ID=event.id,
        Image=full_image(event),
        Name=event.name,
        Network=event.details.get("network", ""),
        PodID="",
        Scope="local",
        Status=docker if as_docker else podman,
        Time=moment // _SECOND if as_docker else _go_time(moment),
        TimeNano=moment,
        Type=event.type,
    )


def full_image(event: Event) -> str:
    """Return the full name of a container's image, as Podman tells it."""
    from pod.errors import InvalidReference
    from pod.oci.reference import Reference

    if not event.image:
        return ""
    try:
        return str(Reference.parse(event.image).with_default_tag())
    except InvalidReference:
        return event.image


def _actor(event: Event) -> str:
    return f"sha256:{event.id}" if event.type == IMAGE and event.id else event.id


def _attributes(event: Event) -> dict[str, str]:
    image = {"image": event.image} if event.image else {}
    return {**event.labels, **image, "name": event.name, **event.details}


def _go_time(moment: int) -> str:
    """Return a moment as Go's String method prints it, `2026-11-21 10:44:00.123 +0000 UTC`."""
    local = time.localtime(moment // _SECOND)
    fraction = f".{moment % _SECOND:09}".rstrip("0").rstrip(".")
    return time.strftime(f"%Y-%m-%d %H:%M:%S{fraction} %z %Z", local)
