"""`pod pod pause`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.cli.options import AllPods, LatestPod, Pods


def pause(
    context: Context,
    pods: Pods = (),
    all: AllPods = False,
    latest: LatestPod = False,
) -> int:
    """Freeze all processes of pods.

    Examples:
      pod pod pause web
      pod pod pause --all
    """
    from pod.cli.actions.pods.selection import for_each, select
    from pod.engine.pods import lifecycle

    names = select(context, pods, everything=all, latest=latest)
    return for_each(context, names, lambda name: lifecycle.pause_pod(context.engine, name))
