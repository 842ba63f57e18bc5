"""What `login` and `logout` do."""

from __future__ import annotations

import sys

from pod.cli.actions.registry import password
from pod.engine.images import login as engine
from pod.errors import NotAuthorized, NotFound, UsageError
from pod.registry.credentials import Credentials
from pod.registry.options import RegistryOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.registry.login import LoginFlags
    from pod.cli.context import Context


def login(context: Context, flags: LoginFlags) -> int:
    """Log in, or with --get-login print who is."""
    file = chosen_file(flags.authfile, flags.compat_auth_file)
    options = RegistryOptions(file, tls_verify=flags.tls_verify, cert_dir=flags.cert_dir)
    key = engine.registry_key(flags.registry)
    known = engine.stored(key, options)
    if flags.get_login:
        if known is None:
            raise NotFound(f"not logged in to {key}", hint=f"pod login {key}")
        print(known.username or "<token>")
        return 0
    said = flags.username or flags.password or flags.password_stdin or flags.secret
    if known is not None and not said and _are_still_good(key, known, options):
        print(f"Already logged in to {key}")
        return 0
    credentials = _credentials(context, flags, known.username if known is not None else "")
    path = engine.login(key, credentials, options, for_docker=bool(flags.compat_auth_file))
    if flags.verbose:
        print(f"Used: {path}")
    print("Login Succeeded!")
    return 0


def chosen_file(authfile: str, compat_auth_file: str) -> str:
    """Return the file that the options name, "" for the usual ones. Raises UsageError for two of them."""
    if authfile and compat_auth_file:
        raise UsageError("--authfile and --compat-auth-file exclude each other")
    return authfile or compat_auth_file


def _are_still_good(key: str, known: Credentials, options: RegistryOptions) -> bool:
    """True where the registry takes what is kept; false where somebody on a terminal may give something better."""
    try:
        engine.check(key, known, options)
    except NotAuthorized:
        if not _on_terminal():
            raise
        print(f"What is kept for {key} is not valid any more", file=sys.stderr)
        return False
    return True


def _credentials(context: Context, flags: LoginFlags, known_name: str) -> Credentials:
    given = {"--password": flags.password, "--password-stdin": flags.password_stdin, "--secret": flags.secret}
    several = [option for option, value in given.items() if value]
    if len(several) > 1:
        raise UsageError(f"{' and '.join(several)} exclude each other")
    if flags.secret:
        from pod.storage.secrets import SecretStore

        store = SecretStore(context.engine.layout)
        record = store.find(flags.secret)
        return Credentials(flags.username or record.name, store.data(record).decode().removesuffix("\n"))
    if flags.password_stdin:
        if not flags.username:
            raise UsageError("--password-stdin needs --username")
        return Credentials(flags.username, password.read_stdin())
    name = flags.username
    if not name:
        if not _on_terminal():
            raise UsageError("cannot ask for a user name: stdin is no terminal", hint="give -u and --password-stdin")
        name = input(f"Username ({known_name}): " if known_name else "Username: ") or known_name
    return Credentials(name, flags.password or password.ask(name))


def _on_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


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
