"""What `login` and `logout` do."""

from __future__ import annotations

import sys

from pod.cli.actions.registry import password
from pod.engine.images import login as engine
from pod.errors import NotFound, UsageError
from pod.registry.auth_file import Credentials
from pod.registry.options import RegistryOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.registry.login import LoginFlags
    from pod.cli.context import Context


def login(context: Context, flags: LoginFlags) -> int:
    """Log in, or with --get-login print who is."""
    del context
    options = RegistryOptions(flags.authfile, tls_verify=flags.tls_verify, cert_dir=flags.cert_dir)
    key = engine.registry_key(flags.registry)
    if flags.get_login:
        known = engine.stored(key, options)
        if known is None:
            raise NotFound(f"not logged in to {key}")
        print(known.username)
        return 0
    if not (flags.username or flags.password or flags.password_stdin):
        known = engine.stored(key, options)
        if known is not None:
            engine.check(key, known, options)
            print(f"Already logged in to {key}")
            return 0
    path = engine.login(key, _credentials(flags), options)
    if flags.verbose:
        print(f"Used: {path}")
    print("Login Succeeded!")
    return 0


def _credentials(flags: LoginFlags) -> Credentials:
    if flags.password and flags.password_stdin:
        raise UsageError("--password and --password-stdin exclude each other")
    if flags.password_stdin:
        if not flags.username:
            raise UsageError("--password-stdin needs --username")
        return Credentials(flags.username, password.read_stdin())
    name = flags.username
    if not name:
        if sys.stdin is None or not sys.stdin.isatty():
            raise UsageError("cannot ask for a user name: stdin is no terminal", hint="give -u and --password-stdin")
        name = input("Username: ")
    return Credentials(name, flags.password or password.ask(name))


def logout(context: Context, *, registry: str, all: bool, authfile: str) -> int:
    """Forget credentials."""
    del context
    options = RegistryOptions(authfile)
    if all:
        engine.logout_all(options)
        print("Removed login credentials for all registries")
        return 0
    key = engine.registry_key(registry)
    engine.logout(key, options)
    print(f"Removed login credentials for {key}")
    return 0
