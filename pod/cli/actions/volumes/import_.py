"""What `volume import` does."""

from __future__ import annotations

import os
import sys

from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context

_STDIN = 0


def import_(context: Context, volume: str, source: str) -> int:
    """Put an archive, a file or stdin, into a volume."""
    from pod.engine.volumes.archive import import_volume
    from pod.storage.volumes import VolumeStore

    name = VolumeStore(context.engine.layout).find_name(volume)
    if source == "-":
        if sys.stdin is None or sys.stdin.isatty():
            raise UsageError("refusing to read an archive from a terminal", hint="name a file, or redirect: < FILE")
        import_volume(context.engine, name, _STDIN)
        return 0
    try:
        fd = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as err:
        raise UsageError(f"cannot read {source}: {err.strerror}") from err
    try:
        import_volume(context.engine, name, fd)
    finally:
        os.close(fd)
    return 0
