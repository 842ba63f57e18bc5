"""`pod pod kill`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import AllPods, LatestPod, Option, Pods


def kill(
    context: Context,
    pods: Pods = (),
    all: AllPods = False,
    latest: LatestPod = False,
    signal: Annotated[str, Option("--signal", "-s", metavar="SIGNAL", help="Which signal; KILL by default")] = "KILL",
) -> int:
    """Send a signal to the first process of every container of pods.

    Examples:
      pod pod kill web
      pod pod kill -s HUP web
    """
    from pod.cli.actions.pods.selection import for_each, select
    from pod.engine.pods import lifecycle
    from pod.linux import signals

    number = signals.number(signal)
    names = select(context, pods, everything=all, latest=latest)
    return for_each(context, names, lambda name: lifecycle.kill(context.engine, name, number))
