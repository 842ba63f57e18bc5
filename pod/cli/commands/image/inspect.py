"""`pod image inspect`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Images, Option, ShortFormat


def inspect(
    context: Context,
    images: Images,
    format: ShortFormat = "",
    platform: Annotated[str, Option("--platform", metavar="OS/ARCH", help="Which image of one for several")] = "",
) -> int:
    """Show all that is known of images.

    It comes as JSON, or through a template.

    Examples:
      pod image inspect -f '{{.Config.Cmd}}' debian
    """
    from pod.cli.actions.inspection import show

    return show(context, images, format=format, kind="image", platform=platform)
