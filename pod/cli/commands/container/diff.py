"""`pod diff`, of containers and of images."""

from __future__ import annotations

from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Latest, Option


def diff(
    context: Context,
    container: Annotated[str, Argument(metavar="[CONTAINER|IMAGE]", help="Whose changes to show")] = "",
    base: Annotated[str, Argument(metavar="[CONTAINER|IMAGE]", help="Compare with this one instead")] = "",
    format: Annotated[str, Option("--format", metavar="FORMAT", help="json")] = "",
    latest: Latest = False,
) -> int:
    """Show which files a container changed.

    Each line is A for an added, C for a changed, or D for a deleted file or folder, and its path. Of an image, it is
    what the last layer changed. With a second name, the first is compared with that.

    Examples:
      pod diff web
      pod diff debian:bookworm debian:trixie
    """
    from pod.cli.actions.diff import show
    from pod.cli.actions.selection import one
    from pod.engine import diff as engine

    if latest:
        container, base = one(context, (), latest=True), container
    if not container:
        raise UsageError("no container or image is named")
    if base:
        return show(engine.diff_two(context.engine, container, base), format)
    return show(engine.diff_any(context.engine, container), format)
