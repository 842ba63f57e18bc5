"""`pod pod prune`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Option


def prune(
    context: Context,
    force: Annotated[bool, Option("--force", "-f", help="Do not ask")] = False,
) -> int:
    """Remove the pods that have stopped, with their containers.

    Examples:
      pod pod prune -f
    """
    from pod.cli.actions.confirm import agreed
    from pod.engine.pods.remove import prune as prune_pods

    if not force and not agreed("This will remove all stopped pods."):
        return 0
    for pod_id in prune_pods(context.engine):
        print(pod_id)
    return 0
