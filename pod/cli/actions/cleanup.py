"""What `container cleanup` does."""

from __future__ import annotations

from pod.cli.actions.each import for_each
from pod.cli.actions.selection import select
from pod.errors import NoSuchContainer, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context


def clean_up(
    context: Context, names: Sequence[str], *, all: bool, latest: bool, exec_id: str, rm: bool, rmi: bool
) -> int:
    """Clean up after containers that have ended, and print their names."""
    from pod.engine import containers
    from pod.engine.cleanup import cleanup
    from pod.engine.images.remove_image import remove_images
    from pod.engine.remove import remove

    if exec_id:
        raise UsageError(f"there is no exec session {exec_id}: one that has ended leaves nothing to clean up")
    chosen = select(context, names, everything=all, latest=latest, fits=lambda found: not found.active)

    def act(name: str) -> None:
        image = containers.find(context.engine.layout, name).record.image
        cleanup(context.engine, name)
        if rm or rmi:
            try:
                remove(context.engine, name)
            except NoSuchContainer:
                pass  # it was one of those that go at their end
        if rmi:
            for removed in remove_images(context.engine, [image], force=True):
                if removed.error is not None:
                    raise removed.error

    return for_each(context, chosen, act)
