"""How a container's state reads in a listing: Docker's STATUS and PORTS."""

from __future__ import annotations

import time

from pod.cli import units
from pod.linux import times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pod.engine.containers import Container
    from pod.network_values import PortMapping
    from pod.storage.container_records import ContainerRecord, ContainerState

_HEALTH = {"starting": " (health: starting)", "healthy": " (healthy)", "unhealthy": " (unhealthy)"}


def status_text(state: ContainerState, now: int | None = None) -> str:
    """Return `Up 5 minutes`, `Exited (0) 2 hours ago`, `Created` …"""
    if state.status in ("running", "stopping"):
        return f"Up {_since(state.started_at, now)}{_HEALTH.get(state.health, '')}"
    if state.status == "paused":
        return f"Up {_since(state.started_at, now)} (Paused)"
    if state.status in ("exited", "restarting"):
        return f"{state.status.capitalize()} ({state.exit_code}) {_since(state.finished_at, now)} ago"
    return "Removal In Progress" if state.status == "removing" else state.status.capitalize()


def _since(moment: str, now: int | None) -> str:
    if not moment:
        return "some time"
    return units.human_duration((time.time_ns() if now is None else now) - times.to_ns(moment))


def ports_text(ports: Iterable[PortMapping]) -> str:
    """Return `0.0.0.0:8080->80/tcp, 53/udp`."""
    return ", ".join(_port(port) for port in ports)


def networks_of(record: ContainerRecord) -> tuple[str, ...]:
    """Return the networks that a container is on, or its mode."""
    return tuple(join.network for join in record.networks) or (record.network.partition(":")[0],)


def _port(port: PortMapping) -> str:
    inside = f"{port.container_port}/{port.protocol}"
    if not port.host_port:
        return inside
    address = port.host_ip or "0.0.0.0"
    return f"{f'[{address}]' if ':' in address else address}:{port.host_port}->{inside}"


def seconds(moment: str) -> int:
    """Return RFC 3339 text as seconds since 1970; what has not happened is Go's zero time, as in Podman's documents."""
    return times.to_ns(moment or times.ZERO) // 1_000_000_000


def image_shown(container: Container) -> str:
    """Return the image as Docker shows it: the familiar name, or the short id where it was named by its id."""
    name = container.record.image_name
    image_id = container.record.image.removeprefix("sha256:")
    if not name or (len(name) >= 12 and image_id.startswith(name.removeprefix("sha256:"))):
        return image_id[:12]
    return name.removeprefix("docker.io/library/").removeprefix("docker.io/")
