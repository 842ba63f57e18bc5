"""What `image prune` does."""

from __future__ import annotations

from pod.cli import units

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context
    from pod.storage.images import Image


def prune(context: Context, *, all: bool, build_cache: bool, filters: Sequence[str], force: bool) -> int:
    """Remove unused images after asking; print them, and how much space that freed."""
    from pod.cli.actions.confirm import agreed
    from pod.cli.actions.images.filters import PRUNING, parse_filters
    from pod.cli.actions.images.rm import show
    from pod.engine.images.remove_image import prune_images

    wanted = parse_filters(context, filters, PRUNING)
    everything = all or any(text.partition("=")[0] == "dangling" for text in filters)

    def fits(image: Image) -> bool:
        return (everything or not image.names) and wanted(image)

    unused = "images without at least one container associated to them" if all else "dangling images"
    if not force and not agreed(f"This will remove all {unused}."):
        return 0
    removed, freed = prune_images(context.engine, fits)
    if build_cache:
        from pod.build import prune as builder

        freed += builder.prune(context.engine, everything=all).freed
    if removed:
        print("Deleted Images:")
    for image in removed:
        show(image)
    if removed:
        print()
    print(f"Total reclaimed space: {units.decimal_size(freed, digits=4)}")
    return 0
