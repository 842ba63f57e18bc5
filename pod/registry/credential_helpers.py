"""Docker's credential helpers: programs `docker-credential-NAME` that keep secrets elsewhere than in a file.

They read from stdin and answer on stdout; what is secret never stands on a command line. The protocol is that of
https://github.com/docker/docker-credential-helpers, "Development".
"""

from __future__ import annotations

from pod.errors import RegistryError
from pod.linux import jsonfile, process
from pod.registry.credentials import Credentials

_TOKEN_USER = "<token>"  # the name that stands beside a secret which is an identity token


def get(helper: str, key: str) -> Credentials | None:
    """Return what a helper knows of a registry, None where that is nothing. Raises RegistryError."""
    answer = _run(helper, "get", key.encode())
    if answer is None:
        return None
    try:
        document = jsonfile.loads(answer)
        name, secret = document["Username"], document["Secret"]
    except (ValueError, KeyError, TypeError):
        raise RegistryError(f"the credential helper {helper} gave an answer that is none") from None
    if not secret:
        return None
    return Credentials("", "", secret) if name == _TOKEN_USER else Credentials(name, secret)


def store(helper: str, key: str, credentials: Credentials) -> None:
    """Have a helper keep credentials. Raises RegistryError."""
    secret = credentials.identity_token or credentials.password
    name = _TOKEN_USER if credentials.identity_token else credentials.username
    _run(helper, "store", jsonfile.dumps({"ServerURL": key, "Username": name, "Secret": secret}))


def erase(helper: str, key: str) -> None:
    """Have a helper forget a registry. Raises RegistryError."""
    _run(helper, "erase", key.encode())


def keys(helper: str) -> list[str]:
    """Return every registry that a helper knows. Raises RegistryError."""
    try:
        document = jsonfile.loads(_run(helper, "list", b"") or b"{}")
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise RegistryError(f"the credential helper {helper} gave an answer that is none")
    return list(document)


def _run(helper: str, verb: str, data: bytes) -> bytes | None:
    """Run a helper; None where it knows nothing."""
    program = f"docker-credential-{helper}"
    if "/" in helper:
        raise RegistryError(f"{helper!r:.80} is no credential helper: it is the end of a program's name, not a path")
    try:
        done = process.run([program, verb], input=data)
    except OSError as err:
        raise RegistryError(
            f"cannot run {program}: {err.strerror}", hint="install it, or take it out of the file"
        ) from err
    if done.code == 0:
        return done.stdout
    if b"credentials not found" in done.stdout + done.stderr or verb == "erase":
        return None
    said = (done.stdout + done.stderr).decode(errors="replace").split("\n")
    reason = next(filter(None, map(str.strip, reversed(said))), f"exit code {done.code}")
    raise RegistryError(f"{program} failed: {reason:.200}")
