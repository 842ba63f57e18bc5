"""`pod secret exists`."""

from __future__ import annotations

from pod.cli import exitcodes
from pod.errors import NoSuchSecret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument


def exists(context: Context, secret: Annotated[str, Argument(metavar="SECRET", help="Name or id")]) -> int:
    """Tell by the exit code whether there is a secret: 0 for yes, 1 for no.

    Examples:
      pod secret exists token || pod secret create token token.txt
    """
    from pod.storage.secrets import SecretStore

    try:
        SecretStore(context.engine.layout).find(secret)
    except NoSuchSecret:
        return exitcodes.FAILED
    return exitcodes.OK
