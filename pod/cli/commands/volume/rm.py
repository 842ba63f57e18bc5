"""`pod volume rm`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Option, StopTimeout, Volumes


def rm(
    context: Context,
    volumes: Volumes = (),
    all: Annotated[bool, Option("--all", "-a", help="All volumes")] = False,
    force: Annotated[
        bool, Option("--force", "-f", help="Remove the containers that use it first; a missing one is no error")
    ] = False,
    timeout: StopTimeout = None,
) -> int:
    """Remove volumes, and what is in them.

    A volume that a container uses, running or not, stays, and the containers are named.

    Examples:
      pod volume rm data
      pod volume rm -f data
    """
    from pod.cli.actions.volumes.rm import rm as remove_volumes

    return remove_volumes(context, volumes=volumes, all=all, force=force, timeout=timeout)
