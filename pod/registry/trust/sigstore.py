"""cosign's signatures with a key: a document and its ECDSA signature, kept on the registry under sha256-HEX.sig.

The signature is checked by openssl as a process: Python's standard library knows no ECDSA.
"""

from __future__ import annotations

import base64
import binascii

from pod.errors import NotTrusted
from pod.linux import process
from pod.registry.trust import identities
from pod.registry.trust.payload import COSIGN, Payload
from pod.registry.trust.simple_signing import read_keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.registry.trust.checked import CheckedImage

MEDIA_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json"
ANNOTATION = "dev.cosignproject.cosign/signature"


def check(requirement: dict[str, Any], image: CheckedImage) -> str:
    """Return why no attached signature of an image fulfils a requirement, "" where one does."""
    signatures = image.attached()
    if not signatures:
        return "it has no sigstore signature"
    keys = read_keys(requirement)
    reasons = []
    for found in signatures:
        if not any(verify(found.payload, found.signature, key) for key in keys):
            reasons.append("the signature was made with a key that the policy does not name")
            continue
        try:
            reason = identities.objection(requirement, image, Payload.parse(found.payload, COSIGN))
        except ValueError as err:
            reason = str(err)
        if not reason:
            return ""
        reasons.append(reason)
    return "; ".join(dict.fromkeys(reasons))


def verify(payload: bytes, signature: str, key: bytes) -> bool:
    """True where a signature (base64 of ASN.1) over the SHA-256 of a document was made with a public key (PEM)."""
    import tempfile

    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    with tempfile.NamedTemporaryFile() as key_file, tempfile.NamedTemporaryFile() as signature_file:
        key_file.write(key)
        signature_file.write(raw)
        key_file.flush()
        signature_file.flush()
        words = ["openssl", "dgst", "-sha256", "-verify", key_file.name, "-signature", signature_file.name]
        try:
            done = process.run(words, input=payload)
        except OSError as err:
            raise NotTrusted(f"cannot run openssl: {err.strerror}", hint="apt-get install openssl") from None
    return done.code == 0 and done.stdout.strip() == b"Verified OK"
