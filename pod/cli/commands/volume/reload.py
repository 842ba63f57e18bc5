"""`pod volume reload`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context


def reload(context: Context) -> int:
    """Ask all volume plugins for the volumes that they have, and list those here too.

    Volumes whose plugin does not know them any more are removed from the list, unless a container uses them.

    Examples:
      pod volume reload
    """
    from pod.cli.actions.volumes.reload import reload as reload_volumes

    return reload_volumes(context)
