"""The table that a benchmark prints, and the same as a JSON document."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.bench.goals import GOALS
from tests.bench.sides import Side

FORMAT = "{:<44} {:>4}  {:>18}  {:>18}  {:>6}  {}"


@dataclass
class Row:
    """One case: what was measured of each side, by its name, or why it was not."""

    case: str
    unit: str
    values: dict[str, list[float]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    details: dict[str, list[str]] = field(default_factory=dict)
    best: Callable[[Sequence[float]], float] = min

    @property
    def ratio(self) -> float | None:
        """The first side's median over the second's."""
        medians = [statistics.median(times) for times in self.values.values()]
        return medians[0] / medians[1] if len(medians) == 2 else None


def table(sides: Sequence[Side], missing: Sequence[str], rows: Sequence[Row], before: str) -> str:
    """Return the heading and one line per case: median (best) of each side, and the ratio of the medians."""
    lines = [machine(), *(f"{side.name}: {side.version}" for side in sides)]
    lines += [f"not compared: {reason}" for reason in missing]
    lines += [f"median (best) of interleaved runs; load before them: {before}", ""]
    lines.append(FORMAT.format("", "", *(side.name for side in sides), *["-"] * (2 - len(sides)), "ratio", "goal"))
    lines += [line(row, sides) for row in rows]
    for row in rows:
        for name, parts in row.details.items():
            lines += ["", f"{row.case}, {name}:", *(f"  {part}" for part in parts)]
        lines += [f"\n{row.case}, {name} failed: {why}" for name, why in row.failures.items()]
    return "\n".join(lines)


def line(row: Row, sides: Sequence[Side]) -> str:
    """Return one row of the table."""
    cells = [_cell(row, side.name) for side in sides] + ["-"] * (2 - len(sides))
    ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
    return FORMAT.format(row.case, row.unit, *cells, ratio, _goal(row)).rstrip()


def load() -> str:
    """Return how busy the machine is: the average of the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def _goal(row: Row) -> str:
    goal = GOALS.get(row.case)
    if goal is None or "pod" not in row.values:
        return ""
    return f"{goal}{'' if goal.met(statistics.median(row.values['pod']), row.ratio) else ' missed'}"


def document(sides: Sequence[Side], missing: Sequence[str], rows: Sequence[Row], before: str) -> dict[str, Any]:
    """Return everything that was measured, for other programs to read."""
    return {
        "machine": machine(),
        "load": before,
        "versions": {side.name: side.version for side in sides},
        "missing": list(missing),
        "rows": [
            {"case": row.case, "unit": row.unit, "ratio": row.ratio, "values": row.values, "failures": row.failures}
            for row in rows
        ],
    }


def machine() -> str:
    """Return the system, its kernel and how many processors there are."""
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        system = platform.system()
    return f"{system}, kernel {platform.release()}, {platform.machine()}, {os.cpu_count()} cores"


def _cell(row: Row, name: str) -> str:
    if name not in row.values:
        return "failed"
    values = row.values[name]
    if len(values) == 1:
        return f"{values[0]:.1f}"
    precision = 2 if statistics.median(values) < 10 and row.unit != "ms" else 1
    return f"{statistics.median(values):.{precision}f} ({row.best(values):.{precision}f})"
