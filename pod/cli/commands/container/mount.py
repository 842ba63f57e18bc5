"""`pod mount`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import All, Containers, Latest, NoTrunc, Option


def mount(
    context: Context,
    containers: Containers = (),
    all: All = False,
    format: Annotated[str, Option("--format", metavar="FORMAT", help="json")] = "",
    latest: Latest = False,
    no_trunc: NoTrunc = False,
) -> int:
    """Mount the files of containers.

    The folder is printed; it can be seen inside of `pod unshare`. Without a
    name, what is mounted is listed.

    Examples:
      pod unshare ls "$(pod mount web)"
    """
    from pod.cli.actions.mount import mount_containers

    return mount_containers(context, containers, all=all, format=format, latest=latest, truncate=not no_trunc)
