"""What `load` does."""

from __future__ import annotations

import sys

from pod.cli.actions.images.progress import Bars
from pod.errors import UsageError
from pod.storage.images import familiar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.storage.archives.opening import Input

STDIN = 0


def load(context: Context, *, input: str, platform: str, quiet: bool, signature_policy: str) -> int:
    """Load the images of an archive and print their names."""
    from pod.engine.images import load as engine_load

    source = engine_load.open_input(input) if input not in ("", "-") else _stdin()
    with Bars(quiet=quiet) as bars:
        loaded = engine_load.load(
            context.engine,
            source,
            platform=platform,
            policy=signature_policy,
            read_progress=lambda amount: bars.advance("reading", amount),
            layer_progress=bars.layer,
        )
    for image in loaded:
        for name in image.names:
            print(f"Loaded image: {familiar(name)}")
        if not image.names:
            print(f"Loaded image ID: {image.id}")
    return 0


def _stdin() -> Input:
    from pod.storage.archives.opening import Input

    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("cannot read an archive from a terminal", hint="name it with -i, or redirect stdin: < FILE")
    return Input(STDIN, "stdin")
