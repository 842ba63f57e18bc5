"""`pod secret rm`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Option, Secrets


def rm(
    context: Context,
    secrets: Secrets = (),
    all: Annotated[bool, Option("--all", "-a", help="All secrets")] = False,
    ignore: Annotated[bool, Option("--ignore", "-i", help="Do not complain about secrets that are gone")] = False,
) -> int:
    """Remove secrets.

    Containers that have one as a file keep it.

    Examples:
      pod secret rm token
    """
    from pod.cli.actions.secrets.rm import rm as remove_secrets

    return remove_secrets(context, secrets, all=all, ignore=ignore)
