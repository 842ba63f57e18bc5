"""`pod login`."""

from __future__ import annotations

from pod.cli.commands.registry.flags import RegistryFlags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


class LoginFlags(RegistryFlags):
    """The options of `login`."""

    registry: Annotated[str, Argument(metavar="[REGISTRY]", help="docker.io when none is named")] = ""
    compat_auth_file: Annotated[
        str, Option("--compat-auth-file", metavar="FILE", help="Keep the credentials there as Docker does")
    ] = ""
    get_login: Annotated[bool, Option("--get-login", help="Print who is logged in, and do nothing")] = False
    password: Annotated[
        str, Option("--password", "-p", metavar="PASSWORD", help="Password; others may see it: prefer stdin")
    ] = ""
    password_stdin: Annotated[bool, Option("--password-stdin", help="Read the password from stdin")] = False
    secret: Annotated[
        str, Option("--secret", metavar="NAME", help="Take the password, and without -u the name, from a secret")
    ] = ""
    username: Annotated[str, Option("--username", "-u", metavar="NAME", help="Name of the account")] = ""
    verbose: Annotated[bool, Option("--verbose", "-v", help="Say where the credentials are kept")] = False


def login(context: Context, flags: LoginFlags) -> int:
    """Log in to a registry.

    The credentials are tried, and kept in auth.json, which Podman and skopeo read, too, or by the credential helper
    that is configured there.

    Examples:
      pod login -u ann registry.example.com
      pass registry | pod login -u ann --password-stdin localhost:5000
    """
    from pod.cli.actions.registry.login import login as log_in

    return log_in(context, flags)
