"""What `images` does: choose, order and print."""

from __future__ import annotations

import sys
import time

from pod.cli.actions.images import rows
from pod.cli.parsers import invalid
from pod.engine.images.list_images import created_ns, list_images
from pod.engine.images.sizes import image_size
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from pod.cli.actions.images.rows import Line
    from pod.cli.context import Context
    from pod.storage.images import Image


def ls(
    context: Context,
    *,
    image: str,
    all: bool,
    digests: bool,
    filters: Sequence[str],
    format: str,
    no_trunc: bool,
    noheading: bool,
    quiet: bool,
    sort: str,
    tree: bool = False,
) -> int:
    """Print the images that were asked for, a line for each name."""
    del all
    view = rows.View(not no_trunc, time.time_ns(), digests)
    found = _chosen(context, image, filters)
    if tree:
        if quiet or format or no_trunc or digests:
            raise UsageError("--tree goes with none of --quiet, --format, --no-trunc and --digests")
        sys.stdout.write(_tree(context, found))
        return 0
    if quiet and format in ("", "table") and not sort:
        for one in found:
            print(rows.shown_id(one, view))
        return 0
    lines = _ordered(_lines(context, found, image, format), sort)
    if quiet and format in ("", "table"):
        for text in dict.fromkeys(rows.shown_id(line.image, view) for line in lines):
            print(text)
        return 0
    sys.stdout.write(_text(context, lines, view, format, heading=not noheading))
    return 0


def _tree(context: Context, images: Sequence[Image]) -> str:
    """Return the images as `docker images --tree` shows them: names, and below them what they are for."""
    from pod.cli import tables, units
    from pod.storage.images import familiar

    cells = []
    for image in images:
        size = units.decimal_size(image_size(context.engine.layout, image), digits=4)
        names = [familiar(name) for name in image.names] or ["<untagged>"]
        cells += [[name, image.id.hex[:12], size] for name in names]
        cells.append([f"└─ {image.platform}", image.id.hex[:12], size])
    return tables.render_table(["IMAGE", "ID", "DISK USAGE"], cells, bold=context.on_terminal)


def _chosen(context: Context, pattern: str, filters: Sequence[str]) -> list[Image]:
    found = list_images(context.engine)
    if filters:
        from pod.cli.actions.images.filters import parse_filters

        wanted = parse_filters(context, filters)
        found = [image for image in found if wanted(image)]
    if pattern:
        found = [image for image in found if _names_fitting(image, pattern) or _is_id(image, pattern)]
    return found


def _names_fitting(image: Image, pattern: str) -> list[str]:
    from pod.cli.actions.images.patterns import fits_name

    return [name for name in image.names if fits_name(pattern, name)]


def _is_id(image: Image, pattern: str) -> bool:
    prefix = pattern.removeprefix("sha256:")
    return len(prefix) >= 3 and image.id.hex.startswith(prefix)


def _lines(context: Context, images: Sequence[Image], pattern: str, format: str) -> list[Line]:
    """Return a line for each name; of an image named by a pattern only those that fit."""
    layout = context.engine.layout
    used: dict[str, Any] = {}
    if "Containers" in format or "json" in format:
        from pod.engine.images.users import by_image

        used = by_image(layout)
    lines = []
    for image in images:
        size = image_size(layout, image)
        names = (_names_fitting(image, pattern) if pattern else []) or image.names or ("",)
        lines += [rows.Line(image, name, size, len(used.get(str(image.id), ()))) for name in names]
    return lines


def _ordered(lines: list[Line], column: str) -> list[Line]:
    """Return them newest first, as Docker and Podman do, or in the order of a column, as Podman can."""
    if not column:
        return lines
    if column not in _SORT_KEYS:
        raise invalid("--sort", column, f"it is one of {', '.join(_SORT_KEYS)}")
    return sorted(lines, key=_SORT_KEYS[column])


_SORT_KEYS: dict[str, Callable[[Line], Any]] = {
    "created": lambda line: -created_ns(line.image),
    "id": lambda line: line.image.id.hex,
    "repository": lambda line: line.repository,
    "size": lambda line: line.size,
    "tag": lambda line: line.tag,
}


def _text(context: Context, lines: Sequence[Line], view: rows.View, format: str, *, heading: bool) -> str:
    from pod.cli import tables

    bold = context.on_terminal
    if format in ("", "table"):
        cells = [rows.table_row(line, view) for line in lines]
        return tables.render_table(rows.titles(view), cells, heading=heading, bold=bold)
    if format.strip() == "json" and not context.as_docker:
        from pod.cli.render import json_text

        first = {line.image.id: line for line in reversed(lines)}  # Podman has each image once, with all its names
        return json_text([rows.podman_document(line, view) for line in lines if first[line.image.id] is line])
    made = [rows.template_row(line, view) for line in lines]
    if context.as_docker and format.strip() in ("json", "{{json .}}"):
        made = [type(row)({name: row[name] for name in rows.DOCKER_FIELDS}) for row in made]
    return tables.format_rows(format, made, rows.TITLES, columns=rows.COLUMNS, heading=heading, bold=bold)
