"""`stats` on a terminal: one table that is drawn again in its place until Ctrl-C."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.live import Live
from rich.table import Table

from pod.cli.template import Row


def draw(columns: Sequence[str], titles: dict[str, str], samples: Iterator[Sequence[Row]]) -> None:
    """Show each set of rows in place of the one before; the last one stays when the samples are interrupted."""
    with Live(auto_refresh=False) as live:
        for rows in samples:
            table = Table(box=None, pad_edge=False, header_style="bold")
            for name in columns:
                numeric = name not in ("ID", "Name")
                table.add_column(titles.get(name, name), justify="right" if numeric else "left", no_wrap=True)
            for row in rows:
                table.add_row(*(str(row[name]) for name in columns))
            live.update(table, refresh=True)
