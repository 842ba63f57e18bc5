"""`pod logs`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Containers, Latest, Option


def logs(
    context: Context,
    containers: Containers = (),
    color: Annotated[bool, Option("--color", help="Show the containers in different colours")] = False,
    details: Annotated[bool, Option("--details", help="Show the labels and variables that --log-opt names")] = False,
    follow: Annotated[bool, Option("--follow", "-f", help="Go on with what is still to come")] = False,
    latest: Latest = False,
    names: Annotated[bool, Option("--names", help="Begin lines with the container's name")] = False,
    since: Annotated[
        str, Option("--since", metavar="TIME", help="Only what came after a time, or a duration ago (10m)")
    ] = "",
    tail: Annotated[
        str, Option("--tail", "-n", metavar="LINES", help="Only the last lines; all is all of them")
    ] = "all",
    timestamps: Annotated[bool, Option("--timestamps", "-t", help="Begin lines with their time")] = False,
    until: Annotated[str, Option("--until", metavar="TIME", help="Only what came before a time")] = "",
) -> int:
    """Show the output of containers.

    What went to stdout comes out on stdout here, and what went to stderr on stderr.

    Examples:
      pod logs -f --tail 20 web
      pod logs --since 10m web
    """
    from pod.cli.actions.log_lines import LogView, show_logs
    from pod.cli.actions.selection import select

    view = LogView(
        follow=follow,
        since=since,
        until=until,
        tail=tail,
        timestamps=timestamps,
        names=names,
        details=details,
        color=color,
    )
    return show_logs(context, select(context, containers, latest=latest), view)
