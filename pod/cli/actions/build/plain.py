"""A build as lines, the way Docker shows it in a pipe: `#5 [2/3] RUN make`, its output with times, `#5 DONE 1.2s`."""

from __future__ import annotations

import time

from pod.build.events import Cached, Display, Done, Event, Failed, Note, Output, Started

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from pod.record import Record


class PlainLines(Display):
    """Writes a line for everything that is told."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._numbers: dict[str, int] = {}
        self._began: dict[str, float] = {}
        self._partial: dict[str, bytes] = {}
        self._cached: set[str] = set()
        self._last = ""

    def hear(self, event: Record) -> None:
        if isinstance(event, Note):
            self._say(event.text)
        elif isinstance(event, Started):
            self._numbers[event.step] = len(self._numbers) + 1
            self._began[event.step] = time.monotonic()
            self._step(event, event.shown)
        elif isinstance(event, Output):
            self._output(event)
        elif isinstance(event, Cached):
            self._cached.add(event.step)
            self._step(event, "CACHED")
        elif isinstance(event, Done):
            self._flush(event.step)
            if event.step not in self._cached:
                self._step(event, f"DONE {event.seconds:.1f}s")
        elif isinstance(event, Failed):
            self._flush(event.step)
            self._step(event, f"ERROR: {event.message}")

    def _step(self, event: Event, text: str) -> None:
        if self._last not in ("", event.step):
            self._stream.write("\n")
        self._last = event.step
        self._say(f"#{self._numbers[event.step]} {text}")

    def _output(self, event: Output) -> None:
        data = self._partial.pop(event.step, b"") + event.data
        *lines, rest = data.split(b"\n")
        if rest:
            self._partial[event.step] = rest
        for line in lines:
            self._line(event.step, line)

    def _flush(self, step: str) -> None:
        if rest := self._partial.pop(step, b""):
            self._line(step, rest)

    def _line(self, step: str, line: bytes) -> None:
        seconds = time.monotonic() - self._began[step]
        text = (
            line.decode(errors="replace").rpartition("\r")[2] if b"\r" in line[:-1] else line.decode(errors="replace")
        )
        self._step(Event(step), f"{seconds:.3f} {text.rstrip()}")

    def _say(self, text: str) -> None:
        self._stream.write(text + "\n")
        self._stream.flush()
