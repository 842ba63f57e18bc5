"""What `buildx du` does: a table of the steps that builds keep."""

from __future__ import annotations

from pod.build import prune as builder
from pod.cli.tables import render_table
from pod.cli.units import ago, decimal_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context

_SHOWN = 60  # characters of an instruction


def show_usage(context: Context, *, verbose: bool) -> int:
    """Print the steps, the last used first, and what they come to."""
    found = builder.usage(context.engine)
    rows = [
        (
            one.key[:12],
            str(not one.in_image).lower(),
            decimal_size(one.size),
            ago(int(one.used * 1e9)),
            one.text if verbose or len(one.text) <= _SHOWN else f"{one.text[: _SHOWN - 1]}…",
        )
        for one in found
    ]
    print(render_table(("ID", "RECLAIMABLE", "SIZE", "LAST ACCESSED", "INSTRUCTION"), rows), end="")
    print(f"Reclaimable:\t{decimal_size(sum(one.size for one in found if not one.in_image))}")
    print(f"Total:\t\t{decimal_size(sum(one.size for one in found))}")
    return 0
