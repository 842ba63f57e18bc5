"""Simple signing: a document about an image inside a message signed with GnuPG (containers-signature(5)).

GnuPG runs as a process with a home folder of its own that holds the keys of the policy and no others.
"""

from __future__ import annotations

import base64
import binascii
import time

from pod.errors import NotTrusted
from pod.linux import files, process
from pod.registry.trust import identities
from pod.registry.trust.payload import SIMPLE, Payload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.registry.trust.checked import CheckedImage

_KEY_LIMIT = 16 << 20
_OUTPUT_LIMIT = 1 << 20  # bytes of a signed document: a signature may hold compressed data
_BAD = ("BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG")


def check(requirement: dict[str, Any], image: CheckedImage) -> str:
    """Return why no signature of an image fulfils a requirement, "" where one does."""
    signatures = image.simple()
    if not signatures:
        return "it has no signature"
    keys = read_keys(requirement)
    reasons = []
    for signature in signatures:
        try:
            reason = identities.objection(requirement, image, Payload.parse(verify(signature, keys), SIMPLE))
        except ValueError as err:
            reason = str(err)
        if not reason:
            return ""
        reasons.append(reason)
    return "; ".join(dict.fromkeys(reasons))


def read_keys(requirement: dict[str, Any]) -> list[bytes]:
    """Return the keys that a requirement names. Raises NotTrusted where they cannot be read."""
    data = requirement.get("keyDatas") or [requirement[name] for name in ("keyData",) if name in requirement]
    paths = requirement.get("keyPaths") or [requirement[name] for name in ("keyPath",) if name in requirement]
    try:
        return [
            *(base64.b64decode(text, validate=True) for text in data),
            *(files.read_bytes(path, _KEY_LIMIT) for path in paths),
        ]
    except (OSError, binascii.Error, ValueError) as err:
        raise NotTrusted(f"cannot read the keys of the policy: {err}") from None


def verify(signature: bytes, keys: list[bytes]) -> bytes:
    """Return what was signed, by one of the keys. Raises ValueError where the signature is not right."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="pod-gpg-") as home:
        try:
            for key in keys:
                imported = _gpg(home, ["--import"], key)
                if imported.code:
                    raise NotTrusted(f"cannot use a key of the policy: {_last_line(imported.stderr)}")
            done = _gpg(home, ["--status-fd", "2", "--max-output", str(_OUTPUT_LIMIT), "--decrypt"], signature)
        finally:
            _forget(home)
    status = [
        line.split()[1]
        for line in done.stderr.decode(errors="replace").splitlines()
        if line.startswith("[GNUPG:] ") and len(line.split()) > 1
    ]
    if "NO_PUBKEY" in status:
        raise ValueError("the signature was made with a key that the policy does not name")
    if bad := [word for word in status if word in _BAD]:
        raise ValueError(f"the signature is not valid ({bad[0]})")
    once = all(status.count(word) == 1 for word in ("NEWSIG", "GOODSIG", "VALIDSIG", "PLAINTEXT"))
    if done.code or not once:
        raise ValueError("the signature is none that GnuPG can verify")
    return done.stdout


def sign(digest: str, reference: str, key: str, passphrase_file: str = "") -> bytes:
    """Return a signature of an image, made with a key of the user's own. Raises NotTrusted where GnuPG fails."""
    options = ["--pinentry-mode", "loopback", "--passphrase-file", passphrase_file] if passphrase_file else []
    done = _gpg(
        "",
        [*options, "--local-user", key, "--output", "-", "--sign"],
        Payload(digest, reference).dumps(int(time.time())),
    )
    if done.code:
        raise NotTrusted(f"cannot sign with the key {key}: {_last_line(done.stderr)}", hint="gpg --list-secret-keys")
    return done.stdout


def _gpg(home: str, arguments: list[str], data: bytes) -> process.Completed:
    own = ["--homedir", home, "--no-autostart", "--trust-model", "always"] if home else []
    try:
        return process.run(["gpg", "--batch", "--no-tty", "--quiet", *own, *arguments], input=data)
    except OSError as err:
        raise NotTrusted(f"cannot run gpg: {err.strerror}", hint="signatures need GnuPG: apt-get install gpg") from None


def _forget(home: str) -> None:
    """Remove the folder for sockets that GnuPG makes in /run/user for every home folder, needed or not."""
    try:
        process.run(["gpgconf", "--homedir", home, "--remove-socketdir"])
    except OSError:
        pass  # an empty folder stays, till the user logs out


def _last_line(stderr: bytes) -> str:
    lines = stderr.decode(errors="replace").strip().splitlines()
    return lines[-1].removeprefix("gpg: ") if lines else "gpg failed"
