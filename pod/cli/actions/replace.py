"""`--replace`: the container that has the name now goes first."""

from __future__ import annotations

from pod.engine.remove import remove
from pod.errors import NoSuchContainer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context


def remove_existing(context: Context, name: str) -> None:
    """Remove the container that bears the name, if there is one."""
    try:
        remove(context.engine, name, force=True, volumes=False)
    except NoSuchContainer:
        pass
