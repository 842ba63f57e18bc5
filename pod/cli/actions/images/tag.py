"""What `tag` does."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context


def tag(context: Context, *, image: str, names: Sequence[str]) -> int:
    """Give an image further names; as with Docker and Podman, nothing is printed."""
    from pod.engine.images.tag import tag as tag_image

    tag_image(context.engine, image, names)
    return 0
