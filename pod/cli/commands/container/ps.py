"""`pod ps`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Filters, Format, Latest, NoHeading, NoTrunc, Option, Quiet


def ps(
    context: Context,
    all: Annotated[bool, Option("--all", "-a", help="Show containers that do not run, too")] = False,
    filters: Filters = (),
    format: Format = "",
    last: Annotated[int, Option("--last", "-n", metavar="NUMBER", help="Only the last created, running or not")] = -1,
    latest: Latest = False,
    no_trunc: NoTrunc = False,
    noheading: NoHeading = False,
    quiet: Quiet = False,
    size: Annotated[bool, Option("--size", "-s", help="Show the sizes of the containers' files")] = False,
    sort: Annotated[
        str, Option("--sort", metavar="COLUMN", help="command, created, id, image, names, runningfor, size or status")
    ] = "",
) -> int:
    """List containers.

    Those that run are shown, unless more is asked for.

    Filters: ancestor, before, exited, health, id, is-task, label, label!, name, network, pod, publish, expose, since,
    status, until, volume.

    Examples:
      pod ps -a --filter status=exited
      pod ps --format '{{.Names}}: {{.Status}}'
      pod ps -aqf name=web
    """
    from pod.cli.actions.ps import Listing, show_containers

    listing = Listing(
        all=all,
        filters=filters,
        format=format,
        last=1 if latest else last,
        no_trunc=no_trunc,
        heading=not noheading,
        quiet=quiet,
        size=size,
        sort=sort,
    )
    return show_containers(context, listing)
