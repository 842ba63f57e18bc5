"""`pod manifest exists`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument


def exists(
    context: Context,
    name: Annotated[str, Argument(metavar="LIST", help="Name of the list")],
) -> int:
    """Tell whether a manifest list is there.

    The exit code is 0 if it is, and 1 if not.
    """
    from pod.cli.actions.manifests.edit import list_exists

    return list_exists(context, name)
