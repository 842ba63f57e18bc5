"""What `volume ls` does: choose and print."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context
    from pod.cli.template import Row
    from pod.storage.volumes import VolumeRecord

_TITLES = {"Driver": "DRIVER", "Name": "VOLUME NAME", "Mountpoint": "MOUNTPOINT", "Scope": "SCOPE", "Labels": "LABELS"}
_COLUMNS = ("Driver", "Name")
_DOCKER_FIELDS = ("Availability", "Driver", "Group", "Labels", "Links", "Mountpoint", "Name", "Scope", "Size", "Status")
_NOT_AVAILABLE = "N/A"


def ls(context: Context, *, filters: Sequence[str], format: str, heading: bool, quiet: bool) -> int:
    """Print the volumes that fit, in the order of their names."""
    from pod.storage.volumes import VolumeStore

    found = list(VolumeStore(context.engine.layout).every())
    if filters:
        from pod.cli.actions.volumes.filters import parse_filters

        fits = parse_filters(context, filters)
        found = [record for record in found if fits(record)]
    if quiet and format in ("", "table"):
        for record in found:
            print(record.name)
        return 0
    sys.stdout.write(_text(context, found, format, heading=heading))
    return 0


def _text(context: Context, found: Sequence[VolumeRecord], format: str, *, heading: bool) -> str:
    from pod.cli import tables

    as_json = format.strip() in ("json", "{{json .}}")
    if as_json and not context.as_docker and format.strip() == "json":
        from pod.cli.render import json_text
        from pod.cli.template import Fields
        from pod.engine.volumes.inspect import document

        return json_text([Fields(document(context.engine, record)) for record in found])
    rows = [_row(context, record) for record in found]
    if as_json and context.as_docker:
        rows = [type(row)({name: row[name] for name in _DOCKER_FIELDS}) for row in rows]
    layout = tables.DOCKER if context.as_docker else tables.PODMAN
    bold = context.on_terminal
    if not rows and not context.as_docker and format in ("", "table"):
        return ""  # Podman prints no heading where there is nothing
    return tables.format_rows(format, rows, _TITLES, columns=_COLUMNS, layout=layout, heading=heading, bold=bold)


def _row(context: Context, record: VolumeRecord) -> Row:
    """Return the fields that `--format` knows: Podman's, and Docker's, which says N/A of clusters and of sizes."""
    from pod.cli.template import Row
    from pod.engine.volumes.inspect import document

    fields = document(context.engine, record)
    fields["UID"], fields["GID"] = record.uid or 0, record.gid or 0
    fields["Anonymous"] = record.anonymous
    fields["NeedsCopyUp"], fields["NeedsChown"] = record.needs_copy_up, record.needs_chown
    for name in ("Availability", "Group", "Links", "Size", "Status"):
        fields[name] = _NOT_AVAILABLE
    fields["Label"] = lambda key: record.labels.get(key, "")
    if context.as_docker:
        fields["Labels"] = ",".join(f"{key}={value}" for key, value in sorted(record.labels.items()))
    return Row(fields)
