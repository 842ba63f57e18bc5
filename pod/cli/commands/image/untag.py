"""`pod untag`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, OneImage


def untag(
    context: Context,
    image: OneImage,
    names: Annotated[
        tuple[str, ...], Argument(metavar="[NAME[:TAG]...]", help="Names to take away; all of them if none is given")
    ] = (),
) -> int:
    """Take names from an image.

    The image stays, under its id.
    """
    from pod.cli.actions.images.untag import untag as untag_image

    return untag_image(context, image=image, names=names)
