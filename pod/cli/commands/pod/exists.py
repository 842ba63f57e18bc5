"""`pod pod exists`."""

from __future__ import annotations

from pod.cli import exitcodes
from pod.errors import NoSuchPod

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.cli.options import OnePod


def exists(context: Context, pod: OnePod) -> int:
    """Tell by the exit code whether there is a pod: 0 for yes, 1 for no.

    Examples:
      pod pod exists web || pod pod create web
    """
    from pod.engine.pods import store

    try:
        store.find_id(context.engine.layout, pod)
    except NoSuchPod:
        return exitcodes.FAILED
    return exitcodes.OK
