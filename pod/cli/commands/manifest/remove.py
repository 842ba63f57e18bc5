"""`pod manifest remove`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument


def remove(
    context: Context,
    name: Annotated[str, Argument(metavar="LIST", help="Name of the list")],
    image: Annotated[str, Argument(metavar="IMAGE", help="Digest or name of what is in it")],
) -> int:
    """Take an image out of a manifest list."""
    from pod.cli.actions.manifests.edit import remove_image

    return remove_image(context, name, image)
