"""One container as `ps` shows it: the columns of the table, and the fields that templates know.

Where Docker and Podman have a field of the same name, templates get Docker's text; Podman's further fields are there
too. `--format json` is Podman's array, or Docker's objects where pod is called `docker`.
"""

from __future__ import annotations

from pod.cli import units
from pod.cli.actions.container_status import image_shown, networks_of, ports_text, seconds, status_text
from pod.linux import times
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from pod.cli.template import Fields, Row
    from pod.engine.containers import Container
    from pod.network_values import PortMapping

TITLES = {
    "ID": "CONTAINER ID",
    "Image": "IMAGE",
    "Command": "COMMAND",
    "RunningFor": "CREATED",
    "CreatedAt": "CREATED AT",
    "CreatedHuman": "CREATED",
    "Status": "STATUS",
    "State": "STATE",
    "Ports": "PORTS",
    "Names": "NAMES",
    "Size": "SIZE",
    "Labels": "LABELS",
    "Mounts": "MOUNTS",
    "Networks": "NETWORKS",
    "LocalVolumes": "LOCAL VOLUMES",
    "ImageID": "IMAGE ID",
    "Pid": "PID",
    "ExitCode": "EXIT CODE",
    "Pod": "POD ID",
    "PodName": "PODNAME",
}
_COLUMNS = ("ID", "Image", "Command", "RunningFor", "Status", "Ports", "Names")
_POD_COLUMNS = ("Pod", "PodName")
_NAMESPACE_FIELDS = {"Cgroup": "CGROUPNS", "User": "USERNS"}  # of a row; the others are called as in .Namespaces
_SHORT_COMMAND = 20
_SHORT_MOUNT = 15
DOCKER_FIELDS = (
    *("Command", "CreatedAt", "ID", "Image", "Labels", "LocalVolumes", "Mounts", "Names", "Networks", "Platform"),
    *("Ports", "RunningFor", "Size", "State", "Status"),
)


class View(Record):
    """How rows are to be made."""

    truncate: bool
    now: int
    sizes: Callable[[Container], str] | None = None  # of the SIZE column, where it is wanted
    pods: bool = False  # show the pods that containers belong to
    namespaces: bool = False  # look at /proc for the numbers of namespaces
    pod_name: Callable[[str], str] = str  # what a pod is called, by its id


def columns(view: View) -> tuple[str, ...]:
    """Return the fields that the table shows."""
    return (*_COLUMNS, *(_POD_COLUMNS if view.pods else ()), *(("Size",) if view.sizes else ()))


def titles(view: View) -> list[str]:
    """Return the headings of the table."""
    return [TITLES[name] for name in columns(view)]


def table_row(container: Container, view: View) -> Sequence[str]:
    """Return the cells of the table; faster than through a template, which shows with 1,000 containers."""
    record = container.record
    cells = [
        record.id[:12] if view.truncate else record.id,
        image_shown(container),
        command_text(record.command, view.truncate),
        units.ago(times.to_ns(record.created), view.now),
        status_text(container.state, view.now),
        ports_text(record.publish) if container.running else "",
        record.name,
    ]
    if view.pods:
        pod_id = record.pod.id
        cells += [pod_id[:12] if view.truncate else pod_id, pod_id and view.pod_name(pod_id)]
    return [*cells, view.sizes(container)] if view.sizes else cells


def command_text(command: Sequence[str], truncate: bool) -> str:
    """Return the command in double quotes, as Docker shows it."""
    text = " ".join(command)
    if truncate and len(text) > _SHORT_COMMAND:
        text = text[: _SHORT_COMMAND - 1] + "…"
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{quoted}"'


def template_row(container: Container, view: View) -> Row:
    """Return the fields that `--format` knows."""
    from pod.cli.actions import namespace_columns
    from pod.cli.template import Row

    record, state = container.record, container.state
    namespaces = namespace_columns.document(container, look=view.namespaces)
    cells = dict(zip(_COLUMNS, table_row(container, view.replace(sizes=None, pods=False)), strict=True))
    return Row(
        **cells,
        AutoRemove=record.auto_remove,
        Created=record.created,
        CreatedAt=units.local_time(times.to_ns(record.created)),
        CreatedHuman=cells["RunningFor"],
        ExitCode=state.exit_code,
        Exited=state.status == "exited",
        ExitedAt=seconds(state.finished_at),
        ImageID=record.image.removeprefix("sha256:")[: 12 if view.truncate else None],
        IsInfra=record.pod.infra,
        Label=lambda key: record.labels.get(key, ""),
        Labels=",".join(f"{key}={value}" for key, value in sorted(record.labels.items())),
        LocalVolumes=str(sum(mount.type == "volume" for mount in record.mounts)),
        Mounts=",".join(_mount_names(container, view.truncate)),
        Namespaces=namespaces,
        **{_NAMESPACE_FIELDS.get(name, name): number for name, number in namespaces.items()},
        Networks=",".join(networks_of(record)),
        Pid=state.init.pid if container.running and state.init else 0,
        Platform="",
        Pod=record.pod.id[: 12 if view.truncate else None],
        PodName=lambda: record.pod.id and view.pod_name(record.pod.id),
        Restarts=state.restart_count,
        Size=view.sizes(container) if view.sizes else "",
        StartedAt=seconds(state.started_at),
        State=state.status,
    )


def _mount_names(container: Container, truncate: bool) -> list[str]:
    names = [mount.name or mount.source for mount in container.record.mounts if mount.type != "tmpfs"]
    return [name[: _SHORT_MOUNT - 1] + "…" if truncate and len(name) > _SHORT_MOUNT else name for name in names]


def podman_document(container: Container, view: View) -> Fields:
    """Return a container as an element of what `podman ps --format json` prints."""
    from pod.cli.actions import namespace_columns
    from pod.cli.template import Fields

    record, state = container.record, container.state
    return Fields(
        {
            "AutoRemove": record.auto_remove,
            "Command": list(record.command),
            "CreatedAt": units.ago(times.to_ns(record.created), view.now),
            "Exited": state.status == "exited",
            "ExitedAt": seconds(state.finished_at),
            "ExitCode": state.exit_code,
            "Id": record.id,
            "Image": record.image_name,
            "ImageID": record.image.removeprefix("sha256:"),
            "IsInfra": record.pod.infra,
            "Labels": record.labels or None,
            "Mounts": [mount.target for mount in record.mounts],
            "Names": [record.name],
            "Namespaces": namespace_columns.document(container) if view.namespaces else {},
            "Networks": list(networks_of(record)),
            "Pid": state.init.pid if container.running and state.init else 0,
            "Pod": record.pod.id,
            "PodName": record.pod.id and view.pod_name(record.pod.id),
            "Ports": [_port_document(port) for port in record.publish] or None,
            "Restarts": state.restart_count,
            "Size": view.sizes(container) if view.sizes else None,
            "StartedAt": seconds(state.started_at),
            "State": state.status,
            "Status": status_text(state, view.now),
            "Created": seconds(record.created),
        }
    )


def _port_document(port: PortMapping) -> dict[str, Any]:
    return {
        "host_ip": port.host_ip,
        "container_port": port.container_port,
        "host_port": port.host_port,
        "range": 1,
        "protocol": port.protocol,
    }
