"""`pod quadlet print`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


def print_(
    context: Context,
    name: Annotated[str, Argument(metavar="QUADLET", help="Name of the file, or of its unit")],
    source: Annotated[bool, Option("--source", help="Print the file as it is, not the unit")] = False,
) -> int:
    """Print the unit that a Quadlet file becomes.

    Examples:
      pod quadlet print web.container
      pod quadlet print web.service | systemd-analyze --user verify /dev/stdin
    """
    from pod.cli.actions.quadlet import print_unit

    return print_unit(context, name, source=source)
