"""What `port` does."""

from __future__ import annotations

from pod.cli.parsers import invalid
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context
    from pod.network_values import PortMapping


def show_ports(context: Context, words: Sequence[str], *, all: bool, latest: bool) -> int:
    """Print where published ports lead: those of one container, of one port of it, or of all that run."""
    from pod.engine import containers
    from pod.engine.ports import published

    if all:
        if words:
            raise UsageError("names and --all exclude each other")
        for container in containers.every(context.engine.layout):
            if container.running:
                for mapping in published(context.engine, container.id):
                    print(f"{container.id[:12]}\t{_line(mapping)}")
        return 0
    name, port = _container_and_port(context, words, latest)
    for mapping in published(context.engine, name, port):
        print(_address(mapping) if port else _line(mapping))
    return 0


def _container_and_port(context: Context, words: Sequence[str], latest: bool) -> tuple[str, str]:
    from pod.cli.actions.selection import select

    if len(words) > (1 if latest else 2):
        raise invalid("port", " ".join(words), "a container and perhaps one of its ports are expected")
    (name,) = select(context, () if latest else words[:1], latest=latest)
    rest = words if latest else words[1:]
    return name, rest[0] if rest else ""


def _line(mapping: PortMapping) -> str:
    return f"{mapping.container_port}/{mapping.protocol} -> {_address(mapping)}"


def _address(mapping: PortMapping) -> str:
    host = mapping.host_ip or "0.0.0.0"
    return f"{f'[{host}]' if ':' in host else host}:{mapping.host_port}"
