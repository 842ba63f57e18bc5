"""`pod image mount`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Images, Option


def mount(
    context: Context,
    images: Images = (),
    all: Annotated[bool, Option("--all", "-a", help="All images")] = False,
    format: Annotated[str, Option("--format", metavar="FORMAT", help="json")] = "",
) -> int:
    """Mount images read-only.

    The folder is printed; it can be seen inside of `pod unshare`. Without a name, what is mounted is listed.
    """
    from pod.cli.actions.images.mount import mount as mount_images

    return mount_images(context, images=images, all=all, format=format)
