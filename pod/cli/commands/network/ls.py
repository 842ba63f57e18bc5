"""`pod network ls`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Filters, Format, NoTrunc, Option


def ls(
    context: Context,
    filters: Filters = (),
    format: Format = "",
    no_trunc: NoTrunc = False,
    noheading: Annotated[bool, Option("--noheading", "-n", help="Leave out the line of headings")] = False,
    quiet: Annotated[bool, Option("--quiet", "-q", help="Print names only; called docker, ids")] = False,
) -> int:
    """List networks.

    Filters: dangling, driver, id, label, label!, name, scope, type, until.

    Examples:
      pod network ls --filter label=project=web
      pod network ls --format '{{.Name}} {{.Driver}}'
    """
    from pod.cli.actions.networks.ls import ls as list_networks

    return list_networks(context, filters=filters, format=format, heading=not noheading, quiet=quiet, whole=no_trunc)
