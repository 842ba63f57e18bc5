"""The options that every command on registries shares."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.options import Option


class RegistryFlags(Record):
    """How to talk to a registry."""

    authfile: Annotated[str, Option("--authfile", metavar="FILE", help="File with the credentials")] = ""
    cert_dir: Annotated[str, Option("--cert-dir", metavar="FOLDER", help="Folder with certificates and keys")] = ""
    tls_verify: Annotated[
        bool | None, Option("--tls-verify", help="Insist on TLS with a trusted certificate; =false does without")
    ] = None


class TransferFlags(RegistryFlags):
    """How to fetch and send."""

    creds: Annotated[str, Option("--creds", metavar="USER[:PASSWORD]", help="Credentials for this time only")] = ""
    retry: Annotated[int, Option("--retry", metavar="NUMBER", help="How often to try again")] = 3
    retry_delay: Annotated[
        str, Option("--retry-delay", metavar="DURATION", help="Wait that long in between; else longer each time")
    ] = ""
    quiet: Annotated[bool, Option("--quiet", "-q", help="Show no progress")] = False
    signature_policy: Annotated[
        str, Option("--signature-policy", metavar="FILE", help="Policy on trust instead of policy.json")
    ] = ""
    disable_content_trust: Annotated[
        bool, Option("--disable-content-trust", help="Accepted for scripts: pod knows no Docker notary")
    ] = False
