"""What `untag` does."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context


def untag(context: Context, *, image: str, names: Sequence[str]) -> int:
    """Take names from an image; as with Podman, nothing is printed."""
    from pod.engine.images.untag import untag as untag_image

    untag_image(context.engine, image, names)
    return 0
