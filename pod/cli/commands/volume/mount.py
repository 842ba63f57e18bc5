"""`pod volume mount`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.cli.options import Volumes


def mount(context: Context, volumes: Volumes = ()) -> int:
    """Mount volumes and print where their files are.

    Those folders are to be seen inside the user's namespace: `pod unshare ls FOLDER`.

    Examples:
      pod unshare ls -l "$(pod volume mount data)"
    """
    from pod.cli.actions.volumes.each import for_each
    from pod.engine.volumes.mounting import mount_volume

    return for_each(context, volumes, lambda name: mount_volume(context.engine, name))
