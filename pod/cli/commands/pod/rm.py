"""`pod pod rm`."""

from __future__ import annotations

from pod.cli import exitcodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import AllPods, LatestPod, Option, PodIdFiles, Pods, StopTimeout


def rm(
    context: Context,
    pods: Pods = (),
    all: AllPods = False,
    force: Annotated[bool, Option("--force", "-f", help="Stop containers that run; a missing pod is no error")] = False,
    ignore: Annotated[bool, Option("--ignore", "-i", help="Do not complain about pods that are gone")] = False,
    latest: LatestPod = False,
    pod_id_file: PodIdFiles = (),
    timeout: StopTimeout = None,
) -> int:
    """Remove pods with all their containers.

    Examples:
      pod pod rm web
      pod pod rm --force --all
    """
    from pod.cli.actions.pods.selection import for_each, select
    from pod.engine.pods.remove import remove

    names = select(context, pods, everything=all, latest=latest, id_files=pod_id_file, ignore=ignore)
    return for_each(
        context,
        names,
        lambda name: remove(context.engine, name, force=force, timeout=timeout),
        ignore_missing=ignore or force,
        missing=exitcodes.FAILED,
    )
