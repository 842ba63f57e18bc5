"""`pod` itself: the global options, which also hold after the command in their long form."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.context import Context
    from pod.cli.options import Option


def root(
    context: Context,
    root: Annotated[str, Option("--root", metavar="FOLDER", help="Where images and containers are kept")] = "",
    runroot: Annotated[str, Option("--runroot", metavar="FOLDER", help="Where what a reboot clears is kept")] = "",
    storage_driver: Annotated[
        str, Option("--storage-driver", metavar="DRIVER", help="overlay, fuse-overlayfs or vfs; chosen by trying")
    ] = "",
    modules: Annotated[
        tuple[str, ...], Option("--module", metavar="FILE", help="Read a module of containers.conf; repeat for more")
    ] = (),
    log_level: Annotated[
        Literal["trace", "debug", "info", "warn", "warning", "error", "fatal", "panic"],
        Option("--log-level", metavar="LEVEL", help="With debug, errors come with a traceback"),
    ] = "warn",
    debug: Annotated[bool, Option("--debug", "-D", help="The same as --log-level=debug")] = False,
    version: Annotated[bool, Option("--version", "-v", help="Print pod's version")] = False,
) -> int:
    """Run containers without root and without a daemon, with Docker's and Podman's command line."""
    if version:
        from pod import __version__

        print(f"pod version {__version__}")
        return 0
    from pod.cli import help

    return help.show_overview()
