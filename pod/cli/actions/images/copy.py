"""What `image copy` does."""

from __future__ import annotations

from pod.cli.actions.registry.push import write_digest
from pod.cli.parsers.image_source import parse_platform
from pod.cli.parsers.registry_options import parse_credentials
from pod.engine.images import copy as engine
from pod.oci import transports
from pod.registry.options import RegistryOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.image.copy import CopyFlags
    from pod.cli.context import Context


def copy(context: Context, flags: CopyFlags) -> int:
    """Copy an image and print the digest of its manifest."""
    source, target = transports.need(flags.source), transports.need(flags.target)
    options = engine.CopyOptions(
        _registry(
            flags.src_authfile or flags.authfile, flags.src_creds, flags.src_tls_verify, flags.src_cert_dir, flags
        ),
        _registry(
            flags.dest_authfile or flags.authfile, flags.dest_creds, flags.dest_tls_verify, flags.dest_cert_dir, flags
        ),
        parse_platform("", flags.override_arch, flags.override_os, flags.override_variant),
        flags.format,
        flags.preserve_digests,
    )
    copied = engine.copy(context.engine, source, target, options)
    if flags.digestfile:
        write_digest(flags.digestfile, str(copied.digest))
    if not flags.quiet:
        print(copied.digest)
    return 0


def _registry(authfile: str, creds: str, tls_verify: bool | None, cert_dir: str, flags: CopyFlags) -> RegistryOptions:
    credentials = parse_credentials(creds) if creds else None
    return RegistryOptions(
        authfile, credentials, tls_verify, cert_dir, flags.retry_times, signature_policy=flags.signature_policy
    )
