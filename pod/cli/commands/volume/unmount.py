"""`pod volume unmount`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.cli.options import Volumes


def unmount(context: Context, volumes: Volumes = ()) -> int:
    """Undo `pod volume mount`; a volume stays mounted for as long as a container uses it.

    Examples:
      pod volume unmount data
    """
    from pod.cli.actions.volumes.each import for_each
    from pod.engine.volumes.mounting import unmount_volume

    return for_each(context, volumes, lambda name: unmount_volume(context.engine, name))
