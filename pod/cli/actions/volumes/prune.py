"""What `volume prune` does."""

from __future__ import annotations

from pod.cli import units

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context


def prune(context: Context, *, all: bool, filters: Sequence[str], force: bool) -> int:
    """Remove unused volumes after asking, and print them: names alone as Podman, with the space freed as Docker."""
    from pod.cli.actions.confirm import agreed
    from pod.cli.actions.volumes.filters import parse_filters
    from pod.engine.volumes.remove import prune_volumes

    all = all or not context.as_docker or "all=true" in filters or "all=1" in filters
    fits = parse_filters(context, [text for text in filters if not text.startswith("all=")])
    if not force and not agreed(f"This will remove {meant(all)}."):
        return 0
    removed, freed = prune_volumes(context.engine, lambda record: (all or record.anonymous) and fits(record))
    if context.as_docker:
        show_as_docker(removed)
        print(f"Total reclaimed space: {units.decimal_size(freed)}")
    else:
        print(*removed, sep="\n", end="\n" if removed else "")
    return 0


def meant(all: bool) -> str:
    """Say which volumes a prune removes."""
    return f"{'all' if all else 'anonymous'} local volumes not used by at least one container"


def show_as_docker(removed: Sequence[str]) -> None:
    """Print the volumes that went, in the words of Docker."""
    if removed:
        print("Deleted Volumes:", *removed, "", sep="\n")
