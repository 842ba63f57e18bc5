"""`pod image trust show`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, NoHeading, Option


def show(
    context: Context,
    registry: Annotated[str, Argument(metavar="[REGISTRY]", help="Only what holds for this one")] = "",
    json: Annotated[bool, Option("--json", "-j", help="Print JSON")] = False,
    noheading: NoHeading = False,
    policypath: Annotated[str, Option("--policypath", metavar="FILE", help="Another policy.json")] = "",
    raw: Annotated[bool, Option("--raw", help="Print the file as it is")] = False,
) -> int:
    """Show which images may be used, from where and with whose signatures.

    Examples:
      pod image trust show
    """
    from pod.cli.actions.images.trust import show as show_trust

    return show_trust(registry=registry, json=json, noheading=noheading, path=policypath, raw=raw)
