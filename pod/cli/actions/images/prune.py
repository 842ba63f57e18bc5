"""What `image prune` does."""

from __future__ import annotations

import sys

from pod.cli import units

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context
    from pod.storage.images import Image


def prune(context: Context, *, all: bool, filters: Sequence[str], force: bool) -> int:
    """Remove unused images after asking; print them, and how much space that freed."""
    from pod.cli.actions.images.filters import PRUNING, parse_filters
    from pod.cli.actions.images.rm import show
    from pod.engine.images.remove_image import prune_images

    wanted = parse_filters(context, filters, PRUNING)
    everything = all or any(text.partition("=")[0] == "dangling" for text in filters)

    def fits(image: Image) -> bool:
        return (everything or not image.names) and wanted(image)

    if not force and not _agreed(all):
        return 0
    removed, freed = prune_images(context.engine, fits)
    if removed:
        print("Deleted Images:")
    for image in removed:
        show(image)
    if removed:
        print()
    print(f"Total reclaimed space: {units.decimal_size(freed)}")
    return 0


def _agreed(all: bool) -> bool:
    what = "all images without at least one container associated to them" if all else "all dangling images"
    print(f"WARNING! This will remove {what}.")
    print("Are you sure you want to continue? [y/N] ", end="", flush=True)
    return sys.stdin is not None and sys.stdin.readline().strip().lower() in ("y", "yes")
