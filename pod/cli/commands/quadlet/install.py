"""`pod quadlet install`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


def install(
    context: Context,
    paths: Annotated[tuple[str, ...], Argument(metavar="PATH...", help="Quadlet files, or folders with some")],
    replace: Annotated[bool, Option("--replace", help="Replace files that are there")] = False,
    reload_systemd: Annotated[
        bool, Option("--reload-systemd", help="Let systemd read the units; on unless =false")
    ] = True,
) -> int:
    """Copy Quadlet files to your own folder and make units of them.

    The folder is ~/.config/containers/systemd. Of a folder that is named everything is copied, so that files beside
    a Quadlet file, such as one with variables, come along.

    Examples:
      pod quadlet install web.container data.volume
      systemctl --user start web
    """
    from pod.cli.actions.quadlet import install as install_files

    return install_files(context, paths, replace=replace, reload=reload_systemd)
