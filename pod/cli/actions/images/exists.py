"""What `image exists` does."""

from __future__ import annotations

from pod.cli import exitcodes
from pod.errors import InvalidReference, NoSuchImage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context


def exists(context: Context, *, image: str) -> int:
    """Return 0 where there is such an image, 1 where not."""
    from pod.engine.images.resolve import resolve

    try:
        resolve(context.engine, image)
    except (NoSuchImage, InvalidReference):
        return exitcodes.FAILED
    return exitcodes.OK
