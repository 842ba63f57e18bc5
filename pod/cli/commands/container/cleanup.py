"""`pod container cleanup`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import All, Containers, Latest, Option


def cleanup(
    context: Context,
    containers: Containers = (),
    all: All = False,
    exec: Annotated[str, Option("--exec", metavar="ID", help="Refused: exec sessions leave nothing behind")] = "",
    latest: Latest = False,
    rm: Annotated[bool, Option("--rm", help="Remove the containers, too")] = False,
    rmi: Annotated[bool, Option("--rmi", help="Remove the containers and their images, too")] = False,
) -> int:
    """Put away what ended containers have left.

    Every container does that itself at its end: this is for what remains when
    its monitor was killed.
    """
    from pod.cli.actions.cleanup import clean_up

    return clean_up(context, containers, all=all, latest=latest, exec_id=exec, rm=rm, rmi=rmi)
