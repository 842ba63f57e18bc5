"""`pod quadlet rm`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


def rm(
    context: Context,
    names: Annotated[tuple[str, ...], Argument(metavar="[QUADLET...]", help="Names of the files")] = (),
    all: Annotated[bool, Option("--all", "-a", help="All files of your own folder")] = False,
    force: Annotated[bool, Option("--force", "-f", help="Stop services that run")] = False,
    ignore: Annotated[bool, Option("--ignore", "-i", help="Let names pass that do not exist")] = False,
    reload_systemd: Annotated[
        bool, Option("--reload-systemd", help="Let systemd forget the units; on unless =false")
    ] = True,
) -> int:
    """Remove Quadlet files from your own folder, and the units made of them."""
    from pod.cli.actions.quadlet import remove

    return remove(context, names, all=all, force=force, ignore=ignore, reload=reload_systemd)
