"""`pod pod top`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, LatestPod


def top(
    context: Context,
    words: Annotated[tuple[str, ...], Argument(metavar="POD [COLUMNS]...", help="Name or id, and what to show")] = (),
    latest: LatestPod = False,
) -> int:
    """Show the processes of a pod's running containers.

    The columns are those of `pod top`.

    Examples:
      pod pod top web
      pod pod top web pid,hpid,user,args
    """
    from pod.cli.actions.pods.members import one_pod
    from pod.cli.actions.top import show_columns
    from pod.errors import WrongState

    pod = one_pod(context, () if latest else words[:1], latest=latest)
    running = [one.id for one in pod.containers if one.running]
    if not running:
        raise WrongState(f"pod {pod.name} is not running", hint=f"start it: pod pod start {pod.name}")
    descriptors = [part for word in (words if latest else words[1:]) for part in word.split(",") if part]
    show_columns(context, running, descriptors)
    return 0
