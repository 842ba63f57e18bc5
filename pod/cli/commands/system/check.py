"""`pod system check`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Option


def check(
    context: Context,
    force: Annotated[bool, Option("--force", "-f", help="Refused: repairing removes nothing that can be kept")] = False,
    max: Annotated[
        str, Option("--max", "-m", metavar="TIME", help="Refused: what nobody refers to goes whatever its age")
    ] = "",
    quick: Annotated[bool, Option("--quick", "-q", help="Do not read every blob")] = False,
    repair: Annotated[bool, Option("--repair", "-r", help="Mend what is found")] = False,
) -> int:
    """Look for damage in the store, and mend it.

    Documents are read, names and layers compared with containers and images,
    and every blob with its digest. Repairing keeps whatever can be kept; the
    files that a container wrote are never removed.

    The exit code is 1 where something is, or stays, wrong.
    """
    from pod.cli.actions.system_check import show_check

    return show_check(context, quick=quick, repair=repair)
