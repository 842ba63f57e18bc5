"""`pod system reset`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Option


def reset(
    context: Context,
    force: Annotated[bool, Option("--force", "-f", help="Do not ask")] = False,
    volumes: Annotated[bool, Option("--volumes", help="Remove volumes, too")] = False,
) -> int:
    """Remove all containers and images, and the store itself.

    What would go is listed with its size first. Volumes stay, unless they are
    asked for; and so does what pod did not put into its folders.
    """
    from pod.cli.actions.system_reset import reset_store

    return reset_store(context, force=force, volumes=volumes)
