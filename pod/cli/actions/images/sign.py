"""What `image sign` does."""

from __future__ import annotations

from pod.engine.images import signing
from pod.errors import UsageError
from pod.registry.options import RegistryOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def sign(images: Sequence[str], key: str, folder: str, authfile: str, cert_dir: str) -> int:
    """Sign images and print the files with the signatures."""
    if not key:
        raise UsageError("--sign-by says which key signs", hint="gpg --list-secret-keys lists those there are")
    if not images:
        raise UsageError("sign needs the name of an image on a registry")
    options = RegistryOptions(authfile, cert_dir=cert_dir)
    for name in images:
        print(signing.sign(name, signing.Signer(key), options, folder))
    return 0
