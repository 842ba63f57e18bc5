"""`pod rmi`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Images, Option


def rm(
    context: Context,
    images: Images = (),
    all: Annotated[bool, Option("--all", "-a", help="All images")] = False,
    force: Annotated[
        bool,
        Option("--force", "-f", help="Also an image with several names, or with stopped containers"),
    ] = False,
    ignore: Annotated[bool, Option("--ignore", "-i", help="Do not complain about images that are gone")] = False,
    no_prune: Annotated[bool, Option("--no-prune", help="Accepted for scripts: pod keeps no untagged parents")] = False,
    platform: Annotated[str, Option("--platform", metavar="OS/ARCH", help="Only if the images are for it")] = "",
) -> int:
    """Remove images.

    A name that is not the only one of its image is taken away; with the last one goes the image.

    Examples:
      pod rmi debian:12
      pod rmi -f $(pod images -q)
    """
    from pod.cli.actions.images.platform import check_platform
    from pod.cli.actions.images.rm import rm as remove_images

    check_platform(context, images, platform)
    return remove_images(context, images=images, all=all, force=force, ignore=ignore, no_prune=no_prune)
