"""The namespaces of containers, as `ps --ns` shows them: the numbers that tell which ones share one (namespaces(7))."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.template import Fields
    from pod.engine.containers import Container

TITLES = ("CONTAINER ID", "NAMES", "PID", "CGROUPNS", "IPC", "MNT", "NET", "PIDNS", "USERNS", "UTS")
_FILES = {"Cgroup": "cgroup", "IPC": "ipc", "MNT": "mnt", "NET": "net", "PIDNS": "pid", "User": "user", "UTS": "uts"}


def table_row(container: Container, *, truncate: bool) -> Sequence[str]:
    """Return the cells of the table."""
    numbers = [_number(container, file) for file in _FILES.values()]
    return [container.id[:12] if truncate else container.id, container.name, str(pid(container)), *numbers]


def are_wanted(format_text: str) -> bool:
    """Tell whether a template speaks of namespaces."""
    return any(word in format_text for word in ("Namespaces", "NS", "IPC", "MNT", "NET", "UTS"))


def document(container: Container, *, look: bool = True) -> Fields:
    """Return the namespaces under Podman's names; without a look all of them are empty."""
    from pod.cli.template import Fields

    return Fields({name: _number(container, file) if look else "" for name, file in _FILES.items()})


def pid(container: Container) -> int:
    """Return the container's first process, 0 where it does not run."""
    return container.state.init.pid if container.running and container.state.init else 0


def _number(container: Container, file: str) -> str:
    if not pid(container):
        return ""
    try:
        return os.readlink(f"/proc/{pid(container)}/ns/{file}").partition("[")[2].rstrip("]")
    except OSError:  # it has just ended
        return ""
