"""Which volumes a command means: those that are named, or all."""

from __future__ import annotations

from pod.errors import UsageError
from pod.storage.volumes import VolumeStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context


def select(context: Context, names: Sequence[str], *, everything: bool) -> Sequence[str]:
    """Return the names. Raises UsageError where there are none, or where names and all are asked for."""
    if everything and names:
        raise UsageError("names and --all exclude each other")
    if everything:
        return VolumeStore(context.engine.layout).names()
    if not names:
        raise UsageError("no volume is named", hint="give names, or --all")
    return names
