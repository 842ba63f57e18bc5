"""`pod container exists`."""

from __future__ import annotations

from pod.cli import exitcodes
from pod.errors import NoSuchContainer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.cli.options import OneContainer


def exists(context: Context, container: OneContainer) -> int:
    """Tell by the exit code whether a container exists: 0 if it does, 1 if not."""
    from pod.engine import containers

    try:
        containers.find_id(context.engine.layout, container)
    except NoSuchContainer:
        return exitcodes.FAILED
    return exitcodes.OK
