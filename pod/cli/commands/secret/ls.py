"""`pod secret ls`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Filters, Format, Option, Quiet


def ls(
    context: Context,
    filters: Filters = (),
    format: Format = "",
    noheading: Annotated[bool, Option("--noheading", "-n", help="Leave out the line of headings")] = False,
    quiet: Quiet = False,
) -> int:
    """List secrets; what they are is never shown.

    Filters: id, label, name.

    Examples:
      pod secret ls --filter name=token
    """
    from pod.cli.actions.secrets.ls import ls as list_secrets

    return list_secrets(context, filters=filters, format=format, heading=not noheading, quiet=quiet)
