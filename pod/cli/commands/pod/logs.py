"""`pod pod logs`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import LatestPod, Option, Pods


def logs(
    context: Context,
    pods: Pods = (),
    color: Annotated[bool, Option("--color", help="Show the containers in different colours")] = False,
    container: Annotated[
        tuple[str, ...], Option("--container", "-c", metavar="CONTAINER", help="Only of this one; repeat for more")
    ] = (),
    follow: Annotated[bool, Option("--follow", "-f", help="Go on with what is still to come")] = False,
    latest: LatestPod = False,
    names: Annotated[bool, Option("--names", "-n", help="Begin lines with the container's name")] = False,
    since: Annotated[
        str, Option("--since", metavar="TIME", help="Only what came after a time, or a duration ago (10m)")
    ] = "",
    tail: Annotated[str, Option("--tail", metavar="LINES", help="Only the last lines; all is all of them")] = "all",
    timestamps: Annotated[bool, Option("--timestamps", "-t", help="Begin lines with their time")] = False,
    until: Annotated[str, Option("--until", metavar="TIME", help="Only what came before a time")] = "",
) -> int:
    """Show the output of a pod's containers.

    Examples:
      pod pod logs -f web
      pod pod logs -c web-nginx --tail 5 web
    """
    from pod.cli.actions.log_lines import LogView, show_logs
    from pod.cli.actions.pods.members import chosen, one_pod

    pod = one_pod(context, pods, latest=latest)
    view = LogView(
        follow=follow,
        since=since,
        until=until,
        tail=tail,
        timestamps=timestamps,
        names=names,
        details=False,
        color=color,
    )
    return show_logs(context, chosen(pod, container), view)
