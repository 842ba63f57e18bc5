"""What `import` does."""

from __future__ import annotations

import sys

from pod.cli.actions.images.progress import Bars
from pod.errors import ArchiveError, UsageError
from pod.oci.platform import Platform

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

    from pod.cli.context import Context


def import_(
    context: Context,
    *,
    path: str,
    reference: str,
    arch: str,
    change: Sequence[str],
    message: str,
    os: str,
    platform: str,
    quiet: bool,
    variant: str,
) -> int:
    """Make an image of a tarball and print its id."""
    from pod.engine.images.import_image import import_image

    wanted = _platform(platform, os, arch, variant)
    with _open(path) as stream, Bars(quiet=quiet) as bars:
        image_id = import_image(
            context.engine,
            stream,
            path,
            name=reference,
            changes=change,
            message=message,
            platform=wanted,
            progress=lambda amount: bars.advance("reading", amount),
        )
    print(image_id)
    return 0


def _open(path: str) -> IO[bytes]:
    if path.startswith(("http://", "https://")):
        from pod.engine.images.import_image import open_url

        return open_url(path)
    if path == "-":
        if sys.stdin is None or sys.stdin.isatty():
            raise UsageError("cannot read a tarball from a terminal", hint="name a file, or redirect stdin: < FILE")
        return open(0, "rb", buffering=0, closefd=False)
    try:
        return open(path, "rb", buffering=0)
    except OSError as err:
        raise ArchiveError(f"cannot read {path}: {err.strerror}") from err


def _platform(text: str, system: str, arch: str, variant: str) -> Platform:
    """Return the platform that the options name, this machine's where they say nothing."""
    found = Platform.parse_text(text) if text else Platform.host()
    if arch:
        found = Platform.parse_text(f"{system or found.os}/{arch}")
    return found.replace(os=system or found.os, variant=variant or found.variant)
