"""A build on a terminal: a line for each step, below those that run the last lines that they wrote.

It has no thread that draws: the build forks its children, and joins namespaces, which only one thread alone may do.
"""

from __future__ import annotations

import time

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from pod.build.events import Cached, Display, Done, Failed, Note, Output, Started

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from pod.record import Record

_TAIL = 6  # lines of output below a step that runs
_MARKS = {"done": ("✔", "green"), "cached": ("✔", "green"), "failed": ("✘", "red"), "running": ("▸", "cyan")}


class LiveView(Display):
    """Steps that are done scroll away as plain lines, those that run are drawn anew."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream, highlight=False)
        self._running: dict[str, _Step] = {}
        self._live = Live(console=self._console, get_renderable=self._draw, auto_refresh=False, transient=True)
        self._live.start()

    def hear(self, event: Record) -> None:
        if isinstance(event, Note):
            self._console.print(Text(event.text, style="yellow"))
        elif isinstance(event, Started):
            self._running[event.step] = _Step(event.shown)
        elif isinstance(event, Output):
            self._running[event.step].add(event.data)
            return  # it is drawn with the next tick
        elif isinstance(event, Cached):
            self._running[event.step].cached = True
        elif isinstance(event, Done):
            step = self._running.pop(event.step)
            if step.cached:
                self._console.print(self._line(step, "cached", "CACHED"))
            else:
                self._console.print(self._line(step, "done", f"{event.seconds:.1f}s"))
        elif isinstance(event, Failed):
            step = self._running.pop(event.step)
            self._console.print(self._line(step, "failed", "ERROR"))
            self._console.print(Text(step.everything()))
        self._live.refresh()

    def tick(self) -> None:
        self._live.refresh()

    def _draw(self) -> Group:
        lines: list[RenderableType] = []
        room = (self._console.height - 2) // max(1, len(self._running)) - 1
        for step in list(self._running.values()):
            lines.append(self._line(step, "running", f"{time.monotonic() - step.began:.1f}s"))
            tail = step.tail()[-max(1, min(_TAIL, room)) :]
            lines += [Text(f"   {line}", style="dim", no_wrap=True, overflow="ellipsis") for line in tail]
        return Group(*lines)

    def _line(self, step: _Step, state: str, shown: str) -> Table:
        """Return the line of a step: cut to the width of the terminal, its state or its time at the right end."""
        mark, style = _MARKS[state]
        line = Table.grid(padding=(0, 1, 0, 0), expand=True)
        line.add_column(no_wrap=True)
        line.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        line.add_column(justify="right", no_wrap=True)
        mark = {"✔": "+", "✘": "!", "▸": ">"}[mark] if self._console.options.ascii_only else mark
        line.add_row(Text(mark, style), Text(step.shown), Text(shown, style))
        return line

    def close(self) -> None:
        self._live.stop()


class _Step:
    """A step that runs."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.began = time.monotonic()
        self.cached = False
        self._output = b""

    def add(self, data: bytes) -> None:
        self._output = (self._output + data)[-(1 << 20) :]

    def everything(self) -> str:
        return self._output.decode(errors="replace").rstrip()

    def tail(self) -> list[str]:
        """Return the last lines that were written, without what would move the cursor."""
        lines = self._output[-8192:].decode(errors="replace").rstrip().splitlines()[-_TAIL:]
        return ["".join(char for char in line if char.isprintable()) for line in lines]
