"""`pod image diff`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, OneImage, Option


def diff(
    context: Context,
    image: OneImage,
    base: Annotated[str, Argument(metavar="[IMAGE]", help="Compare with this image instead")] = "",
    format: Annotated[str, Option("--format", metavar="FORMAT", help="json")] = "",
) -> int:
    """Show which files the last layer of an image changed.

    With a second image, the first is compared with that.
    """
    from pod.cli.actions.diff import show
    from pod.engine import diff as engine

    changes = engine.diff_two(context.engine, image, base) if base else engine.diff_image(context.engine, image)
    return show(changes, format)
