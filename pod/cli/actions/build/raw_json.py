"""A build as JSON, a document per line, as BuildKit's `--progress rawjson` has it: vertexes, and what they write."""

from __future__ import annotations

import base64
import hashlib
import json

from pod.build.events import Cached, Display, Done, Failed, Note, Output, Started
from pod.linux import times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

    from pod.record import Record


class RawJson(Display):
    """Writes a document for everything that is told; a step is a vertex, told of anew when it changes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._vertexes: dict[str, dict[str, Any]] = {}

    def hear(self, event: Record) -> None:
        now = times.now()
        if isinstance(event, Note):
            self._say({"warnings": [{"short": base64.b64encode(event.text.encode()).decode()}]})
        elif isinstance(event, Started):
            name = {"digest": _digest(event.step, event.shown), "name": event.shown, "started": now}
            self._vertexes[event.step] = name
            self._vertex(event.step)
        elif isinstance(event, Output):
            data = base64.b64encode(event.data).decode()
            log = {"vertex": self._vertexes[event.step]["digest"], "stream": 1 + event.error, "data": data}
            self._say({"logs": [{**log, "timestamp": now}]})
        elif isinstance(event, Cached):
            self._vertexes[event.step]["cached"] = True
        elif isinstance(event, Done):
            self._vertex(event.step, completed=now)
        elif isinstance(event, Failed):
            self._vertex(event.step, completed=now, error=event.message)

    def _vertex(self, step: str, **more: str) -> None:
        self._vertexes[step].update(more)
        self._say({"vertexes": [self._vertexes[step]]})

    def _say(self, document: dict[str, Any]) -> None:
        self._stream.write(json.dumps(document) + "\n")
        self._stream.flush()


def _digest(step: str, shown: str) -> str:
    return f"sha256:{hashlib.sha256(f'{step} {shown}'.encode()).hexdigest()}"
