"""`pod container exists`."""

from __future__ import annotations

from pod.cli import exitcodes
from pod.errors import NoSuchContainer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import OneContainer, Option


def exists(
    context: Context,
    container: OneContainer,
    external: Annotated[bool, Option("--external", help="Those of other tools in the store count, too: none")] = False,
) -> int:
    """Tell whether a container exists.

    The exit code is 0 if it does, and 1 if not.
    """
    from pod.engine import containers

    del external  # nothing else writes into the store

    try:
        containers.find_id(context.engine.layout, container)
    except NoSuchContainer:
        return exitcodes.FAILED
    return exitcodes.OK
