"""`pod container checkpoint`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import All, Containers, Latest, Option


def checkpoint(
    context: Context,
    containers: Containers = (),
    all: All = False,
    compress: Annotated[str, Option("--compress", "-c", metavar="METHOD", help="gzip, none or zstd")] = "",
    create_image: Annotated[str, Option("--create-image", metavar="NAME", help="Make an image of it")] = "",
    export: Annotated[str, Option("--export", "-e", metavar="FILE", help="Write it to an archive")] = "",
    file_locks: Annotated[bool, Option("--file-locks", help="With file locks")] = False,
    ignore_rootfs: Annotated[bool, Option("--ignore-rootfs", help="Without changed files")] = False,
    ignore_volumes: Annotated[bool, Option("--ignore-volumes", help="Without volumes")] = False,
    keep: Annotated[bool, Option("--keep", "-k", help="Keep temporary files")] = False,
    latest: Latest = False,
    leave_running: Annotated[bool, Option("--leave-running", "-R", help="Do not end the container")] = False,
    pre_checkpoint: Annotated[bool, Option("--pre-checkpoint", "-P", help="Memory only")] = False,
    print_stats: Annotated[bool, Option("--print-stats", help="Tell how long it took")] = False,
    tcp_established: Annotated[bool, Option("--tcp-established", help="With open connections")] = False,
    with_previous: Annotated[bool, Option("--with-previous", help="On top of an earlier one")] = False,
) -> int:
    """Write running containers to disk, where CRIU can do that.

    Without root it cannot: what is said is what is missing.
    """
    from pod.cli.actions.each import for_each
    from pod.cli.actions.selection import select
    from pod.engine.checkpoint import checkpoint as checkpoint_container

    names = select(context, containers, everything=all, latest=latest, fits=lambda found: found.running)
    return for_each(context, names, lambda name: checkpoint_container(context.engine, name))
