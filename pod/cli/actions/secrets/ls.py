"""What `secret ls` does: choose and print."""

from __future__ import annotations

import sys

from pod.cli.filters import combine, matches_pattern, split_label

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.cli.context import Context
    from pod.storage.secrets import SecretRecord

    Condition = Callable[[SecretRecord], bool]

_TITLES = {"CreatedAt": "CREATED", "UpdatedAt": "UPDATED"}
_COLUMNS = ("ID", "Name", "Driver", "CreatedAt", "UpdatedAt")
FILTERS = ("id", "label", "name")


def ls(context: Context, *, filters: Sequence[str], format: str, heading: bool, quiet: bool) -> int:
    """Print the secrets that fit, in the order of their names."""
    from pod.cli import tables
    from pod.cli.actions.secrets.documents import document, row
    from pod.storage.secrets import SecretStore

    fits = combine(filters, FILTERS, _condition)
    found = [record for record in SecretStore(context.engine.layout).every() if fits(record)]
    if quiet and format in ("", "table"):
        for record in found:
            print(record.id)
        return 0
    if format.strip() == "json" and not context.as_docker:
        from pod.cli.render import json_text

        sys.stdout.write(json_text([document(record) for record in found], indent=4))
        return 0
    layout = tables.DOCKER if context.as_docker else tables.PODMAN
    rows = [row(record) for record in found]
    text = tables.format_rows(
        format, rows, _TITLES, columns=_COLUMNS, layout=layout, heading=heading, bold=context.on_terminal
    )
    sys.stdout.write(text)
    return 0


def _condition(key: str, value: str) -> Condition:
    if key == "id":
        return lambda record: record.id.startswith(value)
    if key == "name":
        return lambda record: matches_pattern(value, record.name)
    fits = split_label(value)
    return lambda record: fits(record.labels)
