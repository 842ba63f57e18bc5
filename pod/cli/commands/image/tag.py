"""`pod tag`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, OneImage


def tag(
    context: Context,
    image: OneImage,
    names: Annotated[tuple[str, ...], Argument(metavar="NAME[:TAG]...", help="Further names for it")],
) -> int:
    """Give an image further names."""
    from pod.cli.actions.images.tag import tag as tag_image

    return tag_image(context, image=image, names=names)
