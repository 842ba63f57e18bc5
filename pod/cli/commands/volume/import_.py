"""`pod volume import`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, OneVolume


def import_(
    context: Context,
    volume: OneVolume,
    source: Annotated[str, Argument(metavar="FILE|-", help="The archive, compressed or not; - is stdin")],
) -> int:
    """Put the files of an archive into a volume, on top of those that it has.

    Examples:
      pod volume create copy && pod volume import copy data.tar
      pod volume export data | pod volume import copy -
    """
    from pod.cli.actions.volumes.import_ import import_ as import_files

    return import_files(context, volume, source)
