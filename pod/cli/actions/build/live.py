"""A build on a terminal: a line for each step, below those that run the last lines that they wrote."""

from __future__ import annotations

import time

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from pod.build.events import Cached, Display, Done, Failed, Note, Output, Started

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from pod.record import Record

_TAIL = 6  # lines of output below a step that runs


class LiveView(Display):
    """Steps that are done scroll away as plain lines, those that run are drawn anew."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream, highlight=False)
        self._running: dict[str, _Step] = {}
        self._live = Live(console=self._console, get_renderable=self._draw, refresh_per_second=8, transient=True)
        self._live.start()

    def hear(self, event: Record) -> None:
        if isinstance(event, Note):
            self._console.print(Text(event.text, style="yellow"))
        elif isinstance(event, Started):
            self._running[event.step] = _Step(event.shown)
        elif isinstance(event, Output):
            self._running[event.step].add(event.data)
        elif isinstance(event, Cached):
            self._running[event.step].cached = True
        elif isinstance(event, Done):
            step = self._running.pop(event.step)
            self._console.print(step.line("CACHED" if step.cached else f"{event.seconds:.1f}s", "green"))
        elif isinstance(event, Failed):
            step = self._running.pop(event.step)
            self._console.print(step.line("ERROR", "red"))
            self._console.print(Text(step.everything()))
        self._live.refresh()

    def _draw(self) -> Group:
        lines: list[Text] = []
        for step in list(self._running.values()):
            lines.append(step.line(f"{time.monotonic() - step.began:.1f}s", "cyan"))
            lines += [Text(f"   {line}", style="dim", no_wrap=True, overflow="ellipsis") for line in step.tail()]
        return Group(*lines)

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
        lines = self._output[-8192:].decode(errors="replace").rstrip().splitlines()[-_TAIL:]
        return ["".join(char for char in line if char.isprintable()) for line in lines]

    def line(self, state: str, style: str) -> Text:
        return Text.assemble((f" {self.shown[:200]} ", ""), (state, style), no_wrap=True, overflow="ellipsis")
