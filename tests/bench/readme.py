"""The README's table of what was measured, written between two marks."""

from __future__ import annotations

import statistics
from typing import Any

from tests.bench.goals import GOALS
from tests.support.folders import CHECKOUT

BEGIN = "<!-- python -m tests.bench --readme writes from here -->"
END = "<!-- to here -->"
_SECOND = 1000.0


def write(document: dict[str, Any]) -> None:
    """Put the table of a benchmark's document (report.document) into the README."""
    path = CHECKOUT / "README.md"
    text = path.read_text()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{path} has no marks {BEGIN} … {END}")
    path.write_text(f"{before}{begin}\n{section(document)}\n{end}{after}")


def section(document: dict[str, Any]) -> str:
    """Return the machine, the versions and the table in Markdown."""
    versions = "; ".join(document["versions"].values())
    lines = [
        f"{document['machine']}; {versions}. Medians of interleaved runs, load {document['load']} before them.",
        "",
        "| work | pod | Podman | ratio | goal |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    lines += [_row(row) for row in document["rows"] if row["case"] in GOALS]
    return "\n".join(lines)


def _row(row: dict[str, Any]) -> str:
    goal = GOALS[row["case"]]
    values = [_cell(row, side) for side in ("pod", "podman")]
    ratio = "–" if row["ratio"] is None else f"{row['ratio']:.2f}"
    unit = " ms" if goal.value and row["unit"] == "ms" else " MB" if goal.value else ""
    return f"| {goal.shown} | {values[0]} | {values[1]} | {ratio} | {goal}{unit} |"


def _cell(row: dict[str, Any], side: str) -> str:
    if not row["values"].get(side):
        return "failed"
    value = statistics.median(row["values"][side])
    if row["unit"] != "ms":
        return f"{value:.1f} {row['unit']}"
    return f"{value / _SECOND:.1f} s" if value >= _SECOND else f"{value:.0f} ms"
