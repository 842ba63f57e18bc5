"""Credentials: auth.json as Podman, skopeo and Docker share it, and Docker's credential helper programs.

A key of `auths` is a registry, or a registry and the beginning of a repository; the longest that fits wins. What is
secret goes through files of mode 0600 and pipes only, never through a command line or a message.
"""

from __future__ import annotations

import base64
import binascii
import os

from pod.errors import RegistryError
from pod.linux import files, jsonfile, process
from pod.record import Record
from pod.registry import places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DOCKER_HUB = ("https://index.docker.io/v1/", "index.docker.io", "registry-1.docker.io")
_TOKEN_USER = "<token>"  # what helpers give as the name where the secret is an identity token


class Credentials(Record):
    """Name and password, or an identity token that stands for both."""

    username: str
    password: str
    identity_token: str = ""

    def __repr__(self) -> str:
        return f"Credentials({self.username!r}, …)"


class AuthFiles:
    """The files to look into; `login` and `logout` change the first one."""

    def __init__(self, chosen: str = "") -> None:
        self.paths = [os.path.abspath(chosen)] if chosen else places.auth_files()

    def find(self, registry: str, repository: str = "") -> Credentials | None:
        """Return the credentials for a repository. Raises RegistryError for a broken file or helper."""
        for path in self.paths:
            document = _read(path)
            for key in _keys(registry, repository):
                helper = document.get("credHelpers", {}).get(key)
                found = _ask_helper(helper, key) if helper else _decode(document.get("auths", {}).get(key), path, key)
                if found is not None:
                    return found
            store = document.get("credsStore")
            if store:
                for key in _keys(registry, ""):
                    if (found := _ask_helper(store, key)) is not None:
                        return found
        return None

    def put(self, key: str, credentials: Credentials) -> str:
        """Keep the credentials for a registry or a repository, and return where."""
        path = self.paths[0]
        document = _read(path)
        helper = document.get("credHelpers", {}).get(key) or document.get("credsStore")
        if helper:
            secret = {"ServerURL": key, "Username": credentials.username, "Secret": credentials.password}
            _run_helper(helper, "store", jsonfile.dumps(secret))
            return f"the credential helper {helper}"
        pair = f"{credentials.username}:{credentials.password}".encode()
        document.setdefault("auths", {})[key] = {"auth": base64.b64encode(pair).decode()}
        _write(path, document)
        return path

    def remove(self, key: str) -> bool:
        """Forget the credentials for a key wherever they are; false where there were none."""
        removed = False
        for path in self.paths:
            document = _read(path)
            helper = document.get("credHelpers", {}).get(key) or document.get("credsStore")
            if helper and _ask_helper(helper, key) is not None:
                _run_helper(helper, "erase", key.encode())
                removed = True
            for name in (key, *(_DOCKER_HUB if key == "docker.io" else ())):
                if document.get("auths", {}).pop(name, None) is not None:
                    _write(path, document)
                    removed = True
        return removed

    def remove_all(self) -> None:
        """Forget all credentials of the file that `login` writes."""
        document = _read(self.paths[0])
        if document.pop("auths", None):
            _write(self.paths[0], document)


def _keys(registry: str, repository: str) -> list[str]:
    """Return the keys that speak of a repository, the most exact first."""
    parts = repository.split("/") if repository else []
    keys = [f"{registry}/{'/'.join(parts[:length])}" for length in range(len(parts), 0, -1)]
    keys += [registry, f"https://{registry}", f"https://{registry}/v2/", f"https://{registry}/v1/"]
    return [*keys, *_DOCKER_HUB] if registry == "docker.io" else keys


def _read(path: str) -> dict[str, Any]:
    try:
        document = jsonfile.read(path)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except PermissionError as err:
        raise RegistryError(f"cannot read the credentials in {path}: {err.strerror}") from err
    except ValueError as err:
        raise RegistryError(f"{path} is broken: {err}", hint="mend or remove it, and run `pod login` again") from None
    if not isinstance(document, dict):
        raise RegistryError(f"{path} is broken: it is no JSON object")
    return document


def _write(path: str, document: dict[str, Any]) -> None:
    files.make_folders(os.path.dirname(path))
    files.write_atomic(path, jsonfile.dumps(document), mode=0o600)


def _decode(entry: Any, path: str, key: str) -> Credentials | None:
    if not isinstance(entry, dict) or not (entry.get("auth") or entry.get("identitytoken")):
        return None
    try:
        name, _, password = base64.b64decode((entry.get("auth") or "").strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise RegistryError(f"{path}: the entry of {key} is broken", hint=f"pod login {key}") from None
    return Credentials(name, password.rstrip("\0"), entry.get("identitytoken") or "")


def _ask_helper(helper: str, key: str) -> Credentials | None:
    answer = _run_helper(helper, "get", key.encode())
    if answer is None:
        return None
    try:
        document = jsonfile.loads(answer)
        name, secret = document["Username"], document["Secret"]
    except (ValueError, KeyError, TypeError):
        raise RegistryError(f"the credential helper {helper} gave an answer that is none") from None
    return Credentials("", "", secret) if name == _TOKEN_USER else Credentials(name, secret)


def _run_helper(helper: str, verb: str, data: bytes) -> bytes | None:
    """Run a helper (docker-credential-NAME); None where it knows nothing."""
    program = f"docker-credential-{helper}"
    try:
        done = process.run([program, verb], input=data)
    except OSError as err:
        raise RegistryError(
            f"cannot run {program}: {err.strerror}", hint="install it, or take it out of the file"
        ) from err
    if done.code == 0:
        return done.stdout
    if b"credentials not found" in done.stdout or verb == "erase":
        return None
    raise RegistryError(f"{program} failed: {done.stdout.decode(errors='replace').strip():.200}")
