"""`pod system renumber`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context


def renumber(context: Context) -> int:
    """Do nothing: pod's locks have no numbers.

    Each object has a lock file of its own, which the kernel frees.
    """
    del context
    print("nothing to renumber: each object has a lock file of its own")
    return 0
