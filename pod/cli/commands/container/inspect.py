"""`pod container inspect`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Containers, Latest, Option, ShortFormat


def inspect(
    context: Context,
    containers: Containers = (),
    format: ShortFormat = "",
    latest: Latest = False,
    size: Annotated[bool, Option("--size", "-s", help="Add the sizes of the container's files")] = False,
) -> int:
    """Show all that is known of containers.

    It comes as JSON, or through a template.

    Examples:
      pod container inspect web
      pod container inspect -f '{{.State.Status}}' web
    """
    from pod.cli.actions.inspection import show
    from pod.cli.actions.selection import select

    return show(context, select(context, containers, latest=latest), format=format, kind="container", size=size)
