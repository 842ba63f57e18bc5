"""What `save` does."""

from __future__ import annotations

import sys

from pod.cli.actions.images.progress import Bars
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context

STDOUT = 1


def save(
    context: Context,
    *,
    images: Sequence[str],
    compress: bool,
    format: str,
    output: str,
    platform: str,
    quiet: bool,
) -> int:
    """Write images to a file, a folder or stdout, which must not be a terminal."""
    from pod.engine.images.save import save as save_images

    if not output and (sys.stdout is None or sys.stdout.isatty()):
        raise UsageError("refusing to write an archive to a terminal", hint="name a file with -o, or redirect: > FILE")
    with Bars(quiet=quiet) as bars:
        save_images(
            context.engine,
            images,
            output or STDOUT,
            format=format,
            platform=platform,
            compress=compress,
            progress=lambda amount: bars.advance("writing", amount),
        )
    return 0
