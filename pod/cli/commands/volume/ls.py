"""`pod volume ls`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Filters, Format, Option


def ls(
    context: Context,
    cluster: Annotated[bool, Option("--cluster", help="Refused: that is for volumes of a Swarm")] = False,
    filters: Filters = (),
    format: Format = "",
    noheading: Annotated[bool, Option("--noheading", "-n", help="Leave out the line of headings")] = False,
    quiet: Annotated[bool, Option("--quiet", "-q", help="Print names only")] = False,
) -> int:
    """List volumes.

    Filters: after, anonymous, dangling, driver, label, label!, name, opt, scope, since, until.

    Examples:
      pod volume ls --filter dangling=true
      pod volume ls --format '{{.Name}} {{.Mountpoint}}'
    """
    from pod.cli.actions.volumes.ls import ls as list_volumes

    del cluster
    return list_volumes(context, filters=filters, format=format, heading=not noheading, quiet=quiet)
