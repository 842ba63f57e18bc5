"""`pod logout`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


def logout(
    context: Context,
    registry: Annotated[str, Argument(metavar="[REGISTRY]", help="docker.io when none is named")] = "",
    all: Annotated[bool, Option("--all", "-a", help="Forget all credentials of the file")] = False,
    authfile: Annotated[str, Option("--authfile", metavar="FILE", help="File with the credentials")] = "",
    compat_auth_file: Annotated[
        str, Option("--compat-auth-file", metavar="FILE", help="The file that `login --compat-auth-file` wrote")
    ] = "",
) -> int:
    """Log out of a registry: forget the credentials."""
    from pod.cli.actions.registry.login import chosen_file
    from pod.cli.actions.registry.login import logout as log_out

    return log_out(context, registry=registry, all=all, authfile=chosen_file(authfile, compat_auth_file))
