"""`pod unshare`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


def unshare(
    context: Context,
    command: Annotated[
        tuple[str, ...], Argument(metavar="[COMMAND [ARG...]]", help="The program; your shell if none is given")
    ] = (),
    rootless_netns: Annotated[
        bool, Option("--rootless-netns", help="Also in the network namespace that holds the networks with names")
    ] = False,
) -> int:
    """Run a program in your user namespace.

    It is root there, and the files of containers belong to it.

    Examples:
      pod unshare chown -R 0:0 ./data
      pod unshare --rootless-netns ip address
    """
    from pod.cli.actions.unshare import run_inside

    return run_inside(context, command, networks=rootless_netns)
