"""`pod manifest rm`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


def rm(
    context: Context,
    names: Annotated[tuple[str, ...], Argument(metavar="LIST...", help="Names of lists")],
    ignore: Annotated[bool, Option("--ignore", "-i", help="Do not complain of what is not there")] = False,
) -> int:
    """Remove manifest lists; their images stay."""
    from pod.cli.actions.manifests.edit import remove_lists

    return remove_lists(context, names, ignore=ignore)
