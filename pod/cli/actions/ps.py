"""What `ps` does: choose the containers, order them, print them."""

from __future__ import annotations

import sys
import time

from pod.cli.actions import container_rows as rows
from pod.cli.parsers import invalid
from pod.linux import times
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pod.cli.context import Context
    from pod.engine.containers import Container


class Listing(Record):
    """The options of `ps`."""

    all: bool
    filters: tuple[str, ...]
    format: str
    last: int  # -1 is no limit
    no_trunc: bool
    heading: bool
    namespaces: bool
    pods: bool
    quiet: bool
    size: bool
    sort: str


def show_containers(context: Context, listing: Listing) -> int:
    """Print the containers that were asked for."""
    found = _ordered(context, _chosen(context, listing), listing.sort)
    if listing.quiet and listing.format in ("", "table"):
        for container in found:
            print(container.id if listing.no_trunc else container.id[:12])
        return 0
    with_size = listing.size or "Size" in listing.format
    view = rows.View(
        not listing.no_trunc,
        time.time_ns(),
        _size_column(context) if with_size else None,
        pods=listing.pods,
        namespaces=listing.namespaces or _speaks_of_namespaces(listing.format),
        pod_name=lambda pod_id: _pod_name(context, pod_id),
    )
    sys.stdout.write(_text(context, listing, view, found))
    return 0


def watch_containers(context: Context, listing: Listing, interval: int) -> int:
    """Print the containers every `interval` seconds until interrupted; on a terminal in the same place."""
    if interval < 0:
        raise invalid("--watch", str(interval), "it is a number of seconds")
    while True:
        if context.on_terminal:
            sys.stdout.write("\x1b[H\x1b[2J")
        show_containers(context, listing)
        sys.stdout.flush()
        time.sleep(interval)


def _chosen(context: Context, listing: Listing) -> list[Container]:
    from pod.engine import containers

    found = list(containers.every_settled(context.engine))
    everything = listing.all or listing.last >= 0
    if listing.filters:
        from pod.cli.actions.container_filters import parse_filters, speaks_of_stopped

        wanted = parse_filters(context, listing.filters)
        found = [container for container in found if wanted(container)]
        everything = everything or speaks_of_stopped(listing.filters)
    if not everything:
        found = [container for container in found if container.running]
    found.sort(key=lambda container: times.to_ns(container.record.created), reverse=True)
    return found[: listing.last] if listing.last >= 0 else found


def _ordered(context: Context, found: list[Container], column: str) -> list[Container]:
    """Return them newest first, as Docker does, or in the order of a column, as Podman can."""
    if not column:
        return found
    if column == "size":
        from pod.engine.sizes import container_size

        return sorted(found, key=lambda container: container_size(context.engine, container))
    if column not in _SORT_KEYS:
        raise invalid("--sort", column, f"it is one of {', '.join(sorted((*_SORT_KEYS, 'size')))}")
    return sorted(found, key=_SORT_KEYS[column])


_SORT_KEYS: dict[str, Callable[[Container], Any]] = {
    "command": lambda container: container.record.command,
    "created": lambda container: container.record.created,
    "id": lambda container: container.id,
    "image": lambda container: container.record.image_name,
    "names": lambda container: container.name,
    "pod": lambda container: container.record.pod.id,
    "runningfor": lambda container: container.state.started_at,
    "status": lambda container: container.state.status,
}


def _size_column(context: Context) -> Callable[[Container], str]:
    from pod.cli import units
    from pod.engine.sizes import container_size

    def text(container: Container) -> str:
        own, whole = container_size(context.engine, container)
        return f"{units.decimal_size(own)} (virtual {units.decimal_size(whole)})"

    return text


def _pod_name(context: Context, pod_id: str) -> str:
    from pod.engine.pods import store
    from pod.errors import PodError

    try:
        return store.load(context.engine.layout, pod_id).name
    except PodError:
        return ""


def _speaks_of_namespaces(format_text: str) -> bool:
    if not format_text:
        return False
    from pod.cli.actions import namespace_columns

    return namespace_columns.are_wanted(format_text)


def _text(context: Context, listing: Listing, view: rows.View, found: list[Container]) -> str:
    from pod.cli import tables

    bold = context.on_terminal
    if listing.namespaces and listing.format in ("", "table"):
        from pod.cli.actions import namespace_columns

        cells = [namespace_columns.table_row(container, truncate=view.truncate) for container in found]
        return tables.render_table(namespace_columns.TITLES, cells, heading=listing.heading, bold=bold)
    if listing.format in ("", "table"):
        cells = [rows.table_row(container, view) for container in found]
        return tables.render_table(rows.titles(view), cells, heading=listing.heading, bold=bold)
    if listing.format.strip() == "json" and not context.as_docker:
        from pod.cli.render import json_text

        return json_text([rows.podman_document(container, view) for container in found])
    made = [rows.template_row(container, view) for container in found]
    if context.as_docker and listing.format.strip() in ("json", "{{json .}}"):
        made = [type(row)({name: row[name] for name in rows.DOCKER_FIELDS}) for row in made]
    return tables.format_rows(
        listing.format, made, rows.TITLES, columns=rows.columns(view), heading=listing.heading, bold=bold
    )
