"""`pod pod start`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.cli.options import AllPods, LatestPod, PodIdFiles, Pods


def start(
    context: Context,
    pods: Pods = (),
    all: AllPods = False,
    latest: LatestPod = False,
    pod_id_file: PodIdFiles = (),
) -> int:
    """Start the containers of pods, each after those that it needs.

    Examples:
      pod pod start web
      pod pod start --all
    """
    from pod.cli.actions.pods.selection import for_each, select
    from pod.engine.pods import lifecycle

    names = select(context, pods, everything=all, latest=latest, id_files=pod_id_file)
    return for_each(context, names, lambda name: lifecycle.start(context.engine, name))
