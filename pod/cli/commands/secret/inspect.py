"""`pod secret inspect`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Option, Secrets, ShortFormat


def inspect(
    context: Context,
    secrets: Secrets = (),
    format: ShortFormat = "",
    pretty: Annotated[bool, Option("--pretty", help="For people to read")] = False,
    showsecret: Annotated[bool, Option("--showsecret", help="Show the secrets themselves, too")] = False,
) -> int:
    """Show all that is known of secrets, but not what they are unless that is asked for.

    Examples:
      pod secret inspect token
      pod secret inspect --showsecret -f '{{.SecretData}}' token
    """
    from pod.cli.actions.secrets.inspect import inspect as inspect_secrets

    return inspect_secrets(context, secrets, format=format, pretty=pretty, show_secret=showsecret)
