"""A secret as `ls` and `inspect` show it, with the members of both peers."""

from __future__ import annotations

import time

from pod.cli import units
from pod.linux import times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.cli.template import Row
    from pod.storage.secrets import SecretRecord


def document(record: SecretRecord, data: bytes | None = None) -> dict[str, Any]:
    """Return the document of `secret inspect`; with `data` it shows what the secret is."""
    from pod.cli.template import Fields

    driver = Fields(Name=record.driver, Options=dict(record.options))
    shown = Fields(
        ID=record.id,
        CreatedAt=record.created,
        UpdatedAt=record.updated,
        Spec=Fields(Name=record.name, Driver=driver, Labels=dict(record.labels)),
    )
    if data is not None:
        shown["SecretData"] = data.decode("utf-8", "replace")
    return shown


def row(record: SecretRecord) -> Row:
    """Return the fields that `secret ls --format` knows."""
    from pod.cli.template import Row

    now = time.time_ns()
    return Row(
        ID=record.id,
        Name=record.name,
        Driver=record.driver,
        CreatedAt=units.ago(times.to_ns(record.created), now),
        UpdatedAt=units.ago(times.to_ns(record.updated), now),
        Labels=",".join(f"{key}={value}" for key, value in sorted(record.labels.items())),
        Label=lambda key: record.labels.get(key, ""),
    )


def pretty(record: SecretRecord) -> str:
    """Return what is known of a secret for people to read, as both peers lay it out."""
    lines = [f"ID:              {record.id}", f"Name:              {record.name}"]
    lines += [f" - {key}={value}" for key, value in sorted(record.labels.items())]
    lines += [f"Driver:            {record.driver}", f"Created at:        {record.created}"]
    return "\n".join([*lines, f"Updated at:        {record.updated}"])
