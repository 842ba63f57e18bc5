"""`pod system migrate`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Option


def migrate(
    context: Context,
    new_runtime: Annotated[str, Option("--new-runtime", metavar="NAME", help="Refused: pod is its own runtime")] = "",
) -> int:
    """Do nothing: there is nothing to migrate.

    pod notices changed subordinate ids by itself, and makes the user's
    namespace anew as soon as nothing runs in it.
    """
    del context, new_runtime
    print("nothing to migrate: changed subordinate ids are taken up as soon as no container runs")
    return 0
