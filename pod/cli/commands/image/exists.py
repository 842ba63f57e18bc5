"""`pod image exists`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.cli.options import OneImage


def exists(context: Context, image: OneImage) -> int:
    """Tell whether an image is there.

    The exit code is 0 if it is, and 1 if not.
    """
    from pod.cli.actions.images.exists import exists as image_exists

    return image_exists(context, image=image)
