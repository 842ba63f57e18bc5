"""`pod image trust set`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


def set_(
    context: Context,
    registry: Annotated[str, Argument(metavar="REGISTRY", help="Registry, repository, *.DOMAIN, or default")],
    policypath: Annotated[str, Option("--policypath", metavar="FILE", help="Another policy.json")] = "",
    pubkeysfile: Annotated[
        tuple[str, ...], Option("--pubkeysfile", "-f", metavar="FILE", help="Public keys; repeat for more")
    ] = (),
    type: Annotated[
        str, Option("--type", "-t", metavar="TYPE", help="signedBy, sigstoreSigned, accept or reject")
    ] = "signedBy",
) -> int:
    """Say which images of a registry may be used: in the user's own policy, which takes the place of the machine's.

    Examples:
      pod image trust set --type reject default
      pod image trust set -f /etc/pki/team.gpg registry.example.com/team
    """
    from pod.cli.actions.images.trust import set_type

    return set_type(registry, type, pubkeysfile, policypath)
