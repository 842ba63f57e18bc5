"""`pod pod stop`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import AllPods, LatestPod, Option, PodIdFiles, Pods, StopTimeout


def stop(
    context: Context,
    pods: Pods = (),
    all: AllPods = False,
    ignore: Annotated[bool, Option("--ignore", "-i", help="Do not complain about pods that are gone")] = False,
    latest: LatestPod = False,
    pod_id_file: PodIdFiles = (),
    timeout: StopTimeout = None,
) -> int:
    """Stop the containers of pods, those first that no other one needs.

    Examples:
      pod pod stop web
      pod pod stop -t 2 --all
    """
    from pod.cli.actions.pods.selection import for_each, select
    from pod.engine.pods import lifecycle

    names = select(context, pods, everything=all, latest=latest, id_files=pod_id_file, ignore=ignore)
    return for_each(
        context, names, lambda name: lifecycle.stop_pod(context.engine, name, timeout), ignore_missing=ignore
    )
