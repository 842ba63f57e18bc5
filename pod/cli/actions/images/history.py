"""What `history` does: Docker's columns; with `--format json` Podman's array, or Docker's objects as `docker`."""

from __future__ import annotations

import sys
import time

from pod.cli import units
from pod.linux import times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.cli.context import Context
    from pod.cli.template import Row
    from pod.engine.images.history import Step

TITLES = {
    "ID": "IMAGE",
    "CreatedSince": "CREATED",
    "CreatedAt": "CREATED AT",
    "CreatedBy": "CREATED BY",
    "Size": "SIZE",
    "Comment": "COMMENT",
}
_MISSING = "<missing>"
_SHORT = 45


def history(context: Context, *, image: str, format: str, human: bool, no_trunc: bool, quiet: bool) -> int:
    """Print the steps that made an image."""
    from pod.cli import tables
    from pod.engine.images.history import history as image_history

    steps = image_history(context.engine, image)
    if quiet and format in ("", "table"):
        for step in steps:
            print(_id(step, no_trunc))
        return 0
    if format.strip() == "json" and not context.as_docker:
        from pod.cli.render import json_text

        sys.stdout.write(json_text([_document(step) for step in steps]))
        return 0
    rows = [_row(step, human, no_trunc) for step in steps]
    columns = ("ID", "CreatedSince" if human else "CreatedAt", "CreatedBy", "Size", "Comment")
    sys.stdout.write(tables.format_rows(format, rows, TITLES, columns=columns, bold=context.on_terminal))
    return 0


def _id(step: Step, no_trunc: bool) -> str:
    if not step.id:
        return _MISSING
    return step.id if no_trunc else step.id.removeprefix("sha256:")[:12]


def _row(step: Step, human: bool, no_trunc: bool) -> Row:
    from pod.cli.template import Row

    created = _nanoseconds(step.created)
    by = step.created_by.replace("\t", " ")
    return Row(
        Comment=step.comment,
        CreatedAt=step.created,
        CreatedBy=by if no_trunc or len(by) <= _SHORT else by[: _SHORT - 1] + "…",
        CreatedSince=units.ago(created, time.time_ns()) if created is not None else "N/A",
        ID=_id(step, no_trunc),
        Size=units.decimal_size(step.size) if human else str(step.size),
    )


def _nanoseconds(text: str) -> int | None:
    try:
        return times.to_ns(text)
    except ValueError:
        return None


def _document(step: Step) -> dict[str, Any]:
    return {
        "id": step.id.removeprefix("sha256:"),
        "created": step.created,
        "CreatedBy": step.created_by,
        "size": step.size,
        "comment": step.comment,
        "tags": list(step.tags),
    }
