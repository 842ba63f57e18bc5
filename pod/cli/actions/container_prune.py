"""What `container prune` does."""

from __future__ import annotations

from pod.cli import units

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context


def prune(context: Context, *, filters: Sequence[str], force: bool) -> int:
    """Remove stopped containers after asking; print them, and how much space that freed."""
    from pod.cli.actions.confirm import agreed
    from pod.cli.actions.container_filters import parse_filters
    from pod.engine.prune import prune_containers

    wanted = parse_filters(context, filters)
    if not force and not agreed("This will remove all stopped containers."):
        return 0
    removed, freed = prune_containers(context.engine, wanted)
    show(removed)
    print(f"Total reclaimed space: {units.decimal_size(freed)}")
    return 0


def show(removed: Sequence[str]) -> None:
    """Print the containers that went, in the words of Docker."""
    if removed:
        print("Deleted Containers:", *removed, "", sep="\n")
