"""What `system df` does: what the store takes on disk, in a table of kinds, or with --verbose of everything."""

from __future__ import annotations

import sys
import time

from pod.cli import tables, units
from pod.cli.template import Row
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.cli.context import Context
    from pod.engine.disk_usage import DiskUsage

_TITLES = {"TotalCount": "TOTAL", "Total": "TOTAL", "Reclaimable": "RECLAIMABLE"}
_COLUMNS = ("Type", "TotalCount", "Active", "Size", "Reclaimable")
_DOCKER_FIELDS = ("Active", "Reclaimable", "Size", "TotalCount", "Type")


def show_usage(context: Context, *, format: str, verbose: bool) -> int:
    """Print the space that the store takes."""
    from pod.engine.disk_usage import disk_usage

    if verbose and format:
        raise UsageError("--verbose and --format exclude each other")
    usage = disk_usage(context.engine)
    kinds = _kinds(usage, as_docker=context.as_docker)
    if verbose:
        text = _details(usage, context)
    elif format.strip() in ("json", "{{json .}}") and not context.as_docker:
        text = tables.format_rows(format, [_podman_row(*kind) for kind in kinds], {}, columns=())
    else:
        rows = [_row(*kind, as_docker=context.as_docker) for kind in kinds]
        if format.strip() in ("json", "{{json .}}"):
            rows = [Row({name: row[name] for name in _DOCKER_FIELDS}) for row in rows]
        layout = tables.DOCKER if context.as_docker else tables.PODMAN
        text = tables.format_rows(format, rows, _TITLES, columns=_COLUMNS, layout=layout, bold=context.on_terminal)
    sys.stdout.write(text)
    return 0


def _kinds(usage: DiskUsage, *, as_docker: bool) -> list[tuple[str, int, int, int, int]]:
    """Return kind, number, number in use, bytes, and bytes that prune would free."""
    used = sum(one.containers > 0 for one in usage.images)
    running = sum(one.container.running for one in usage.containers)
    kinds = [
        ("Images", len(usage.images), used, usage.images_size, usage.images_reclaimable),
        ("Containers", len(usage.containers), running, usage.containers_size, usage.containers_reclaimable),
        (
            "Local Volumes",
            len(usage.volumes),
            sum(one.containers > 0 for one in usage.volumes),
            usage.volumes_size,
            usage.volumes_reclaimable,
        ),
    ]
    return [*kinds, ("Build Cache", 0, 0, 0, 0)] if as_docker else kinds


def _row(kind: str, total: int, active: int, size: int, reclaimable: int, *, as_docker: bool) -> Row:
    percent = f" ({100 * reclaimable / size if size else 0:.0f}%)"
    shown = units.decimal_size(reclaimable) + ("" if as_docker and not reclaimable else percent)
    return Row(
        Active=str(active),
        Reclaimable=shown,
        Size=units.decimal_size(size, digits=4),
        Total=str(total),
        TotalCount=str(total),
        Type=kind,
    )


def _podman_row(kind: str, total: int, active: int, size: int, reclaimable: int) -> Row:
    return Row(Type=kind, Total=total, Active=active, Size=size, Reclaimable=reclaimable)


def _details(usage: DiskUsage, context: Context) -> str:
    """Return the three tables that both peers print."""
    volumes = [[one.record.name, str(one.containers), units.decimal_size(one.size, digits=4)] for one in usage.volumes]
    parts: list[Any] = [
        "Images space usage:\n",
        _table(("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE", "SHARED SIZE", "UNIQUE SIZE", "CONTAINERS"),
               _image_rows(usage), context),
        "Containers space usage:\n",
        _table(("CONTAINER ID", "IMAGE", "COMMAND", "LOCAL VOLUMES", "SIZE", "CREATED", "STATUS", "NAMES"),
               _container_rows(usage), context),
        "Local Volumes space usage:\n",
        _table(("VOLUME NAME", "LINKS", "SIZE"), volumes, context),
    ]  # fmt: skip
    return "\n".join([*parts, "Build cache usage: 0B\n"] if context.as_docker else parts)


def _table(titles: tuple[str, ...], rows: list[list[str]], context: Context) -> str:
    layout = tables.DOCKER if context.as_docker else tables.PODMAN
    return tables.render_table(titles, rows, layout=layout, bold=context.on_terminal)


def _image_rows(usage: DiskUsage) -> list[list[str]]:
    from pod.cli.actions.images.rows import Line
    from pod.engine.images.list_images import created_ns

    rows = []
    for one in usage.images:
        sizes = (one.size, one.shared, one.size - one.shared)
        for name in one.image.names or ("",):
            line = Line(one.image, name, one.size, one.containers)
            created = units.human_duration(time.time_ns() - created_ns(one.image))
            shown = [units.decimal_size(size, digits=4) for size in sizes]
            rows.append([line.repository, line.tag, one.image.id.short, created, *shown, str(one.containers)])
    return rows


def _container_rows(usage: DiskUsage) -> list[list[str]]:
    from pod.cli.actions.container_status import image_shown
    from pod.linux import times

    rows = []
    for one in usage.containers:
        record = one.container.record
        created = units.human_duration(time.time_ns() - times.to_ns(record.created))
        size = units.decimal_size(one.size)
        command = " ".join(record.command)
        volumes = str(sum(mount.type == "volume" for mount in record.mounts))
        rows.append([record.id[:12], image_shown(one.container), command, volumes, size, created,
                     one.container.state.status, record.name])  # fmt: skip
    return rows
