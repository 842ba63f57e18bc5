"""`pod export`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import OneContainer, Option


def export(
    context: Context,
    container: OneContainer,
    output: Annotated[str, Option("--output", "-o", metavar="FILE", help="Write here instead of stdout")] = "",
) -> int:
    """Write the files of a container to an archive.

    The container may run or not; its volumes are left out.

    Examples:
      pod export -o web.tar web
      pod export web | pod import - web:flat
    """
    from pod.cli.actions.export import export as export_container

    return export_container(context, container, output)
