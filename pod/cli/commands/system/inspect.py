"""`pod inspect`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.context import Context
    from pod.cli.options import Argument, Latest, Option, ShortFormat


def inspect(
    context: Context,
    names: Annotated[tuple[str, ...], Argument(metavar="NAME...", help="Names or ids of containers and images")] = (),
    format: ShortFormat = "",
    latest: Latest = False,
    size: Annotated[bool, Option("--size", "-s", help="Add the sizes of containers' files")] = False,
    kind: Annotated[
        Literal["all", "container", "image", "network", "pod", "volume"],
        Option("--type", "-t", metavar="TYPE", help="container or image; what fits if neither is said"),
    ] = "all",
) -> int:
    """Show all that is known of containers and images.

    It comes as JSON, or through a template. A name that is both a container's and an image's is the container's.

    Examples:
      pod inspect web
      pod inspect -f '{{.State.Pid}}' web
      pod inspect -f '{{range .Mounts}}{{println .Source .Destination}}{{end}}' web
    """
    from pod.cli.actions.inspection import show

    if latest:
        from pod.cli.actions.selection import select

        names, kind = select(context, names, latest=True), "container"
    return show(context, names, format=format, kind=kind, size=size)
