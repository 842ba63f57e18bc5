"""`pod pod stats`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import AllPods, Format, LatestPod, Option, Pods


def stats(
    context: Context,
    pods: Pods = (),
    all: AllPods = False,
    format: Format = "",
    latest: LatestPod = False,
    no_reset: Annotated[bool, Option("--no-reset", help="Go on below instead of in the same place")] = False,
    no_stream: Annotated[bool, Option("--no-stream", help="Look once")] = False,
) -> int:
    """Show what the running containers of pods use; of all pods, unless some are named.

    Examples:
      pod pod stats --no-stream web
    """
    from pod.cli.actions.pods.selection import select
    from pod.cli.actions.stats import StatsView, show_stats
    from pod.engine.pods import store

    names = select(context, pods, everything=all or not (pods or latest), latest=latest)
    found = [store.get(context.engine, name) for name in names]
    members = {one.id: pod.id[:12] for pod in found for one in pod.containers if one.running}
    view = StatsView(
        names=tuple(members),
        all=False,
        format=format,
        interval=5,
        reset=not no_reset,
        stream=not no_stream,
        truncate=True,
        pods=members,
    )
    return show_stats(context, view)
