"""`pod container restore`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import All, Containers, Latest, Option


def restore(
    context: Context,
    containers: Containers = (),
    all: All = False,
    file_locks: Annotated[bool, Option("--file-locks", help="With file locks")] = False,
    ignore_rootfs: Annotated[bool, Option("--ignore-rootfs", help="Without changed files")] = False,
    ignore_static_ip: Annotated[bool, Option("--ignore-static-ip", help="With a new address")] = False,
    ignore_static_mac: Annotated[bool, Option("--ignore-static-mac", help="With a new MAC address")] = False,
    ignore_volumes: Annotated[bool, Option("--ignore-volumes", help="Without volumes")] = False,
    import_: Annotated[str, Option("--import", "-i", metavar="FILE", help="Read it from an archive")] = "",
    import_previous: Annotated[str, Option("--import-previous", metavar="FILE", help="An earlier one")] = "",
    keep: Annotated[bool, Option("--keep", "-k", help="Keep temporary files")] = False,
    latest: Latest = False,
    name: Annotated[str, Option("--name", "-n", metavar="NAME", help="Name of the container")] = "",
    pod: Annotated[str, Option("--pod", metavar="POD", help="Pod of the container")] = "",
    print_stats: Annotated[bool, Option("--print-stats", help="Tell how long it took")] = False,
    publish: Annotated[tuple[str, ...], Option("--publish", "-p", metavar="PORT", help="Publish ports")] = (),
    tcp_established: Annotated[bool, Option("--tcp-established", help="With open connections")] = False,
) -> int:
    """Bring containers back that were written to disk, where CRIU can do that.

    Without root it cannot: what is said is what is missing.
    """
    from pod.cli.actions.each import for_each
    from pod.cli.actions.selection import select
    from pod.engine.checkpoint import refuse
    from pod.engine.checkpoint import restore as restore_container

    if import_:
        refuse(f"cannot restore {import_}")
    names = select(context, containers, everything=all, latest=latest, fits=lambda found: not found.running)
    return for_each(context, names, lambda name: restore_container(context.engine, name))
