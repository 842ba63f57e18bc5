"""`pod pod restart`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.cli.options import AllPods, LatestPod, Pods


def restart(
    context: Context,
    pods: Pods = (),
    all: AllPods = False,
    latest: LatestPod = False,
) -> int:
    """Stop and start pods.

    Examples:
      pod pod restart web
      pod pod restart --all
    """
    from pod.cli.actions.pods.selection import for_each, select
    from pod.engine.pods import lifecycle

    names = select(context, pods, everything=all, latest=latest)
    return for_each(context, names, lambda name: lifecycle.restart(context.engine, name))
