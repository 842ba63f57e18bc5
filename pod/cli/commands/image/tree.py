"""`pod image tree`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import OneImage, Option


def tree(
    context: Context,
    image: OneImage,
    whatrequires: Annotated[bool, Option("--whatrequires", help="Show the images built on it instead")] = False,
) -> int:
    """Show an image's layers, the lowest first, with their sizes."""
    from pod.cli.actions.images.tree import tree as image_tree

    return image_tree(context, image=image, whatrequires=whatrequires)
