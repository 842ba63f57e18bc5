"""`pod volume export`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import OneVolume, Option


def export(
    context: Context,
    volume: OneVolume,
    output: Annotated[str, Option("--output", "-o", metavar="FILE", help="Write here instead of stdout")] = "",
) -> int:
    """Write the files of a volume to an archive.

    Examples:
      pod volume export -o data.tar data
      pod volume export data | pod volume import copy -
    """
    from pod.cli.actions.export import to_output
    from pod.engine.volumes.archive import export_volume
    from pod.storage.volumes import VolumeStore

    name = VolumeStore(context.engine.layout).find_name(volume)  # before a file is made for nothing
    return to_output(output, lambda fd: export_volume(context.engine, name, fd))
