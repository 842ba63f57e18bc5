"""`pod rename`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, OneContainer


def rename(
    context: Context,
    container: OneContainer,
    name: Annotated[str, Argument(metavar="NAME", help="The new name")],
) -> int:
    """Give a container another name.

    It may be running.

    Examples:
      pod rename web web-old
    """
    from pod.engine.rename import rename as rename_container

    rename_container(context.engine, container, name)
    return 0
