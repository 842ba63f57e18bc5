"""A pull on a terminal: a line for every layer with its phase, bytes and rate, and one for all of them."""

from __future__ import annotations

import time

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from pod.engine.images.pull import PullProgress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from rich.progress import TaskID

    from pod.oci.digest import Digest
    from pod.oci.manifest import Descriptor

_INTERVAL = 0.1  # seconds between drawings
_DOWNLOAD, _UNPACK, _DONE, _CACHED = "download", "unpack", "done", "cached"


class PullBars(PullProgress):
    """The lines, drawn on stderr when something moves: rich's own thread could not live beside forked workers."""

    def __init__(self) -> None:
        columns = ("{task.description}", TextColumn("{task.fields[phase]:<8}"), BarColumn(), DownloadColumn())
        console = Console(stderr=True)
        self._progress = Progress(*columns, TransferSpeedColumn(), console=console, auto_refresh=False)
        self._lines: dict[Digest, TaskID] = {}
        self._fetched: dict[Digest, int] = {}
        self._total: TaskID | None = None
        self._drawn = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lines:
            self._progress.refresh()
            self._progress.stop()

    def layers(self, layers: tuple[Descriptor, ...], present: frozenset[Digest]) -> None:
        self._progress.start()  # not before: a person may have to be asked something first
        for layer in {layer.digest: layer for layer in layers}.values():
            here = layer.digest in present
            self._lines[layer.digest] = self._progress.add_task(
                layer.digest.short, phase=_CACHED if here else "", total=layer.size, completed=layer.size if here else 0
            )
            if not here:
                self._fetched[layer.digest] = 0
        missing = sum({layer.digest: layer.size for layer in layers if layer.digest not in present}.values())
        if missing:
            self._total = self._progress.add_task("total", phase="", total=missing)
        self._progress.refresh()

    def layer(self, layer: Descriptor, fetched: int, unpacked: int) -> None:
        line = self._lines[layer.digest]
        if fetched < layer.size:
            self._progress.update(line, phase=_DOWNLOAD, completed=fetched)
        else:
            phase = _UNPACK if unpacked < layer.size else _DONE
            self._progress.update(line, phase=phase, completed=unpacked)
        self._fetched[layer.digest] = fetched
        if self._total is not None:
            self._progress.update(self._total, completed=sum(self._fetched.values()))
        now = time.monotonic()
        if now - self._drawn >= _INTERVAL:
            self._drawn = now
            self._progress.refresh()
