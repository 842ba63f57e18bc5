"""How a push is shown: bars on a terminal, Docker's plain lines in a pipe, nothing when it is to be quiet."""

from __future__ import annotations

import sys

from pod.cli.actions.images.progress import Bars
from pod.engine.images.push import PushProgress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self, TextIO

    from pod.engine.images.push import Pushed
    from pod.engine.images.push_layers import PushedLayer
    from pod.oci.manifest import Descriptor
    from pod.oci.reference import Reference


class Lines(PushProgress):
    """Docker's lines of a push, with bars on a terminal while the bytes go."""

    def __init__(self, stream: TextIO, *, quiet: bool) -> None:
        self._stream = stream
        self._quiet = quiet
        self._bars = Bars(quiet=quiet or not stream.isatty())

    def __enter__(self) -> Self:
        self._bars.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.__exit__(kind, value, trace)

    def begin(self, reference: Reference, layers: tuple[Descriptor, ...]) -> None:
        self._say(f"The push refers to repository [{reference.name}]")
        for digest in dict.fromkeys(layer.digest for layer in layers):
            self._say(f"{digest.short}: Preparing")

    def layer(self, layer: Descriptor, done: int) -> None:
        self._bars.show(f"{layer.digest.short} sending", done, layer.size)

    def layer_end(self, layer: Descriptor, pushed: PushedLayer) -> None:
        self._bars.show(f"{layer.digest.short} sending", layer.size, layer.size)
        said = {"exists": "Layer already exists", "mounted": f"Mounted from {pushed.source}"}
        self._say(f"{layer.digest.short}: {said.get(pushed.how, 'Pushed')}")

    def end(self, pushed: Pushed) -> None:
        self._say(f"{pushed.reference.tag}: digest: {pushed.digest} size: {pushed.size}")

    def _say(self, text: str) -> None:
        if not self._quiet:
            print(text, file=self._stream, flush=True)


def choose(*, quiet: bool, stream: TextIO | None) -> Lines:
    return Lines(stream or sys.stderr, quiet=quiet or stream is None)
