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
    external: Annotated[bool, Option("--external", help="Show those of other tools in the store, too: none")] = False,
    filters: Filters = (),
    format: Format = "",
    last: Annotated[int, Option("--last", "-n", metavar="NUMBER", help="Only the last created, running or not")] = -1,
    latest: Latest = False,
    no_trunc: NoTrunc = False,
    noheading: NoHeading = False,
    ns: Annotated[bool, Option("--ns", help="Show the namespaces of the containers")] = False,
    pod: Annotated[bool, Option("--pod", "-p", help="Show the pods of the containers")] = False,
    quiet: Quiet = False,
    size: Annotated[bool, Option("--size", "-s", help="Show the sizes of the containers' files")] = False,
    sort: Annotated[
        str, Option("--sort", metavar="COLUMN", help="command, created, id, image, names, runningfor, size or status")
    ] = "",
    sync: Annotated[bool, Option("--sync", help="Compare with the processes that run; always done")] = False,
    watch: Annotated[int, Option("--watch", "-w", metavar="SECONDS", help="Show them again and again")] = 0,
) -> int:
    """List containers.

    Those that run are shown, unless more is asked for.

    Filters: ancestor, before, command, exited, expose, health, id, is-task, label, label!, name, network, pod, publish,
    restart-policy, since, status, until, volume.

    Examples:
      pod ps -a --filter status=exited
      pod ps --format '{{.Names}}: {{.Status}}'
      pod ps -aqf name=web
    """
    from pod.cli.actions.ps import Listing, show_containers, watch_containers

    del external, sync  # nothing else writes into the store, and every listing looks at the processes
    listing = Listing(
        all=all,
        filters=filters,
        format=format,
        last=1 if latest else last,
        no_trunc=no_trunc,
        heading=not noheading,
        namespaces=ns,
        pods=pod,
        quiet=quiet,
        size=size,
        sort=sort,
    )
    return watch_containers(context, listing, watch) if watch else show_containers(context, listing)
