"""`pod history`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Format, NoTrunc, OneImage, Option, Quiet


def history(
    context: Context,
    image: OneImage,
    format: Format = "",
    human: Annotated[bool, Option("--human", "-H", help="Sizes and times for people; on unless =false")] = True,
    no_trunc: NoTrunc = False,
    platform: Annotated[str, Option("--platform", metavar="OS/ARCH", help="Only if the image is for it")] = "",
    quiet: Quiet = False,
) -> int:
    """Show the steps that made an image, the last one first.

    Examples:
      pod history --no-trunc debian
    """
    from pod.cli.actions.images.history import history as show_history
    from pod.cli.actions.images.platform import check_platform

    check_platform(context, (image,), platform)
    return show_history(context, image=image, format=format, human=human, no_trunc=no_trunc, quiet=quiet)
