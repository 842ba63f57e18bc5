"""Templates, data, and what Go's own text/template makes of them: cases.json, written by oracle.go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pod.cli.template import Fields, Row


def load() -> tuple[str, dict[str, Any], list[dict[str, Any]]]:
    """Return what the table was made with, its data by name, and its cases."""
    table = json.loads((Path(__file__).parent / "cases.json").read_text())
    return table["made with"], {name: as_data(value) for name, value in table["data"].items()}, table["cases"]


def as_data(value: Any) -> Any:
    """Return the table's data as templates see it: `$struct` and `$row` are what oracle.go says they are."""
    if isinstance(value, list):
        return [as_data(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$struct" in value:
        return Fields({name: as_data(item) for name, item in value["$struct"]})
    if "$row" in value:
        return _row(value["$row"])
    return {key: as_data(item) for key, item in value.items()}


def _row(values: dict[str, str]) -> Row:
    def label(key: str) -> str:
        return values.get("label:" + key, "")

    return Row({name: values[name] for name in ("ID", "Names", "Labels")}, Label=label)
