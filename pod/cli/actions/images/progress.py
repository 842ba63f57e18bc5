"""Bars for what takes a while: on a terminal, on stderr, drawn by the one thread there is.

rich would start a thread that draws; children are forked meanwhile, so the bars are drawn when something moves.
"""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Self

    from pod.oci.digest import Digest

_INTERVAL = 0.1  # seconds between drawings


class Bars:
    """Bars by name; where nobody would see them, nothing is drawn and rich is not loaded."""

    def __init__(self, *, quiet: bool) -> None:
        self._progress: Any = None
        self._tasks: dict[str, Any] = {}
        self._drawn = 0.0
        if not quiet and sys.stderr is not None and sys.stderr.isatty():
            self._progress = _make()

    def __enter__(self) -> Self:
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.refresh()
            self._progress.stop()

    def advance(self, name: str, amount: int, total: int | None = None) -> None:
        """Move a bar on by `amount`."""
        if self._progress is not None:
            self._progress.advance(self._task(name, total), amount)
            self._draw()

    def layer(self, diff_id: Digest, done: int, total: int) -> None:
        """Set the bar of a layer."""
        self.show(f"layer {diff_id.short}", done, total)

    def show(self, name: str, done: int, total: int) -> None:
        """Set a bar."""
        if self._progress is not None:
            self._progress.update(self._task(name, total), completed=min(done, total), total=total)
            self._draw()

    def _task(self, name: str, total: int | None) -> Any:
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(name, total=total)
        return self._tasks[name]

    def _draw(self) -> None:
        now = time.monotonic()
        if now - self._drawn >= _INTERVAL:
            self._drawn = now
            self._progress.refresh()


def _make() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, console=Console(stderr=True), auto_refresh=False, transient=True)
