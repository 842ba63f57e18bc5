"""The options on how to talk to registries: `--creds`, `--retry-delay` and those that are taken as they are."""

from __future__ import annotations

from pod.errors import UsageError
from pod.oci.durations import parse_duration
from pod.registry.credentials import Credentials
from pod.registry.options import RegistryOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.registry.flags import TransferFlags


def parse_transfer(flags: TransferFlags) -> RegistryOptions:
    """Return the options of a pull or a push. Raises UsageError."""
    if flags.retry < 0:
        raise UsageError(f"invalid --retry {flags.retry}: it is a number of attempts")
    return RegistryOptions(
        flags.authfile,
        parse_credentials(flags.creds) if flags.creds else None,
        flags.tls_verify,
        flags.cert_dir,
        flags.retry,
        parse_duration(flags.retry_delay) / 1e9 if flags.retry_delay else 0,
        flags.signature_policy,
    )


def parse_credentials(text: str) -> Credentials:
    """Read NAME:PASSWORD; without a password it is asked for. Raises UsageError, which does not repeat the text."""
    name, colon, password = text.partition(":")
    if not name:
        raise UsageError("--creds begins with a user's name", hint="write it NAME:PASSWORD")
    if not colon:
        from pod.cli.actions.registry.password import ask

        password = ask(name)
    return Credentials(name, password)
