"""A quiet build: nothing is shown but what a step wrote that fails."""

from __future__ import annotations

from pod.build.events import Display, Done, Failed, Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from pod.record import Record

_MOST = 1 << 20  # bytes kept of a step's output: the last ones


class Failures(Display):
    """Keeps the output of steps that run, and shows that of the one that fails."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._output: dict[str, bytes] = {}

    def hear(self, event: Record) -> None:
        if isinstance(event, Output):
            self._output[event.step] = (self._output.get(event.step, b"") + event.data)[-_MOST:]
        elif isinstance(event, Done):
            self._output.pop(event.step, None)
        elif isinstance(event, Failed) and (written := self._output.pop(event.step, b"")):
            self._stream.write(written.decode(errors="replace").rstrip("\n") + "\n")
            self._stream.flush()
