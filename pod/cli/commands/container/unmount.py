"""`pod unmount`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import All, Containers, Latest, Option


def unmount(
    context: Context,
    containers: Containers = (),
    all: All = False,
    force: Annotated[
        bool, Option("--force", "-f", help="Even where a program has files of it open; always so")
    ] = False,
    latest: Latest = False,
) -> int:
    """Unmount containers that `pod mount` has mounted."""
    from pod.cli.actions.mount import unmount_containers

    del force  # the mount goes from the folder at once, and from programs when they have closed what they use
    return unmount_containers(context, containers, all=all, latest=latest)
