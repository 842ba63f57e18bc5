"""`port`: which ports of the host lead into a container."""

from __future__ import annotations

from pod.engine import containers
from pod.errors import PodError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.containers import Container
    from pod.engine.engine import Engine
    from pod.network_values import PortMapping


def published(engine: Engine, name: str, port: str = "") -> list[PortMapping]:
    """Return a container's published ports, or those of one port of it (80, 53/udp).

    Raises NoSuchContainer, UsageError, and PodError for a port that is not published.
    """
    container = containers.find(engine.layout, name)
    found = [mapping for mapping in container.record.publish if mapping.host_port]
    return _of_port(container, found, port) if port else found


def _of_port(container: Container, found: list[PortMapping], port: str) -> list[PortMapping]:
    number, _, protocol = port.partition("/")
    if not number.isdecimal() or not 0 < int(number) < 65536 or protocol not in ("", "tcp", "udp", "sctp"):
        raise UsageError(f"invalid port {port!r:.40}", hint="it is written 80, 80/tcp or 53/udp")
    wanted = (int(number), protocol or "tcp")
    chosen = [mapping for mapping in found if (mapping.container_port, mapping.protocol) == wanted]
    if not chosen:
        published = ", ".join(f"{mapping.container_port}/{mapping.protocol}" for mapping in found) or "none"
        raise PodError(
            f"port {wanted[0]}/{wanted[1]} of container {container.name} is not published",
            hint=f"published: {published}",
            exit_code=1,
        )
    return chosen
