"""`pod image unmount`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Images, Option


def unmount(
    context: Context,
    images: Images = (),
    all: Annotated[bool, Option("--all", "-a", help="All mounted images")] = False,
    force: Annotated[bool, Option("--force", "-f", help="Even where it is mounted more than once")] = False,
) -> int:
    """Unmount images that `pod image mount` has mounted."""
    from pod.cli.actions.images.unmount import unmount as unmount_images

    return unmount_images(context, images=images, all=all, force=force)
