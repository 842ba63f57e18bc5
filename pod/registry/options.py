"""What a person may say about how to talk to registries: the common options of pull, push, login and search."""

from __future__ import annotations

from pod.record import Record
from pod.registry.credentials import Credentials


class RegistryOptions(Record):
    """The options --authfile, --creds, --tls-verify, --cert-dir, --retry, --retry-delay and --signature-policy."""

    authfile: str = ""
    credentials: Credentials | None = None
    tls_verify: bool | None = None  # None: verify, but for insecure registries and this machine's own
    cert_dir: str = ""
    retry: int = 3
    retry_delay: float = 0  # seconds; 0 waits longer each time
    signature_policy: str = ""  # another policy.json
