"""`pod volume exists`."""

from __future__ import annotations

from pod.cli import exitcodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.cli.options import OneVolume


def exists(context: Context, volume: OneVolume) -> int:
    """Tell by the exit code whether there is a volume: 0 for yes, 1 for no.

    Examples:
      pod volume exists data || pod volume create data
    """
    from pod.storage.volumes import VolumeStore

    return exitcodes.OK if VolumeStore(context.engine.layout).has(volume) else exitcodes.FAILED
