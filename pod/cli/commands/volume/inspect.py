"""`pod volume inspect`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Option, ShortFormat, Volumes


def inspect(
    context: Context,
    volumes: Volumes = (),
    all: Annotated[bool, Option("--all", "-a", help="All volumes")] = False,
    format: ShortFormat = "",
) -> int:
    """Show all that is known of volumes, as JSON or through a template.

    Examples:
      pod volume inspect data
      pod volume inspect -f '{{.Mountpoint}}' data
    """
    from pod.cli.actions.inspection import show
    from pod.cli.actions.volumes.selection import select

    return show(context, select(context, volumes, everything=all), format=format, kind="volume", may_be_none=all)
