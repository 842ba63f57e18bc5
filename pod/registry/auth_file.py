"""Credentials: auth.json as Podman, skopeo and Docker share it (containers-auth.json(5)).

A key of `auths` is a registry, or a registry and the beginning of a repository; the longest that fits wins. Docker
writes addresses (`https://HOST/v1/`), of which the host counts. In each file helpers come before what it holds itself.
What is secret goes through files of mode 0600 and pipes only, never through a command line or a message.
"""

from __future__ import annotations

import base64
import binascii
import os

from pod.errors import RegistryError
from pod.linux import files, jsonfile
from pod.registry import credential_helpers, places
from pod.registry.credentials import Credentials

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_DOCKER_HUB = "https://index.docker.io/v1/"  # Docker's key for docker.io
_DOCKER_HUB_HOSTS = ("docker.io", "index.docker.io", "registry-1.docker.io")


FILES = "containers-auth.json"  # among the helpers of registries.conf: the files


class AuthFiles:
    """The files to look into; `login` and `logout` change the first one.

    `helpers` are those of registries.conf, which stand for all registries; the files come where FILES is among them.
    """

    def __init__(self, chosen: str = "", helpers: Sequence[str] = ()) -> None:
        self.paths = [os.path.abspath(chosen)] if chosen else places.auth_files()
        self._order = tuple(helpers) or (FILES,)
        self._helpers = tuple(helper for helper in self._order if helper != FILES)

    def find(self, registry: str, repository: str = "") -> Credentials | None:
        """Return the credentials for a repository. Raises RegistryError for a broken file or helper."""
        for place in self._order:
            found = self._find_in_files(registry, repository) if place == FILES else _ask(place, registry)
            if found is not None:
                return found
        return None

    def _find_in_files(self, registry: str, repository: str) -> Credentials | None:
        for path in self.paths:
            found = self._find_in(path, registry, repository)
            if found is not None:
                return found
        return None

    def _find_in(self, path: str, registry: str, repository: str) -> Credentials | None:
        document = _read(path)
        helpers, entries = _table(document, "credHelpers", path), _table(document, "auths", path)
        exact = _keys(registry, repository)
        for key in exact:
            found = credential_helpers.get(helpers[key], key) if helpers.get(key) else None
            found = found or _decode(entries.get(key), path, key)
            if found is not None:
                return found
        for key, entry in entries.items():
            if key not in exact and _host(key) == _host(registry):
                found = _decode(entry, path, key)
                if found is not None:
                    return found
        store = _store(document)
        return _ask(store, registry) if store else None

    def put(self, key: str, credentials: Credentials) -> str:
        """Keep the credentials for a registry or a repository, and return where."""
        path = self.paths[0]
        document = _read(path)
        helper = _table(document, "credHelpers", path).get(key) or _store(document)
        if self._order[0] != FILES:
            helper = self._order[0]
        if helper:
            credential_helpers.store(helper, key, credentials)
            return f"the credential helper {helper}"
        pair = f"{credentials.username}:{credentials.password}".encode()
        document.setdefault("auths", {})[key] = {"auth": base64.b64encode(pair).decode()}
        _write(path, document)
        return path

    def remove(self, key: str) -> bool:
        """Forget the credentials for a key wherever they are; false where there were none."""
        forgotten = [helper for helper in self._helpers if _forget(helper, key)]
        removed = bool(forgotten)
        for path in self.paths if FILES in self._order else ():
            document = _read(path)
            helper = _table(document, "credHelpers", path).get(key) or _store(document)
            removed = (bool(helper) and _forget(helper, key)) or removed
            entries = _table(document, "auths", path)
            fitting = [name for name in entries if name == key or _host(name) == (_host(key) or key)]
            for name in fitting:
                del entries[name]
            if fitting:
                _write(path, document)
                removed = True
        return removed

    def remove_all(self) -> None:
        """Forget all credentials of the file that `login` writes, and of the helpers that it names."""
        path = self.paths[0]
        document = _read(path)
        for key, helper in _table(document, "credHelpers", path).items():
            credential_helpers.erase(helper, key)
        store = _store(document)
        for helper in (*self._helpers, *([store] if store else ())):
            for key in credential_helpers.keys(helper):
                credential_helpers.erase(helper, key)
        if document.pop("auths", None):
            _write(path, document)


def docker_key(key: str) -> str:
    """Return the key under which Docker keeps what `login` calls so. Raises RegistryError for a repository's."""
    if "/" in key:
        raise RegistryError(
            f"cannot keep credentials for {key} in Docker's format: it has room for a registry only",
            hint=f"log in to {key.partition('/')[0]}, or use --authfile",
        )
    return _DOCKER_HUB if key == "docker.io" else key


def _keys(registry: str, repository: str) -> list[str]:
    """Return the keys that speak of a repository, the most exact first."""
    parts = repository.split("/") if repository else []
    keys = [f"{registry}/{'/'.join(parts[:length])}" for length in range(len(parts), 0, -1)]
    return [*keys, registry]


def _helper_keys(key: str) -> tuple[str, ...]:
    """Return what a helper may call a registry: helpers are asked by name, they cannot be searched for a host."""
    return (_DOCKER_HUB, "docker.io") if key == "docker.io" else (key, f"https://{key}")


def _ask(helper: str, registry: str) -> Credentials | None:
    for key in _helper_keys(registry):
        found = credential_helpers.get(helper, key)
        if found is not None:
            return found
    return None


def _forget(helper: str, key: str) -> bool:
    """Have a helper forget a registry; false where it knew nothing of it."""
    known = [name for name in _helper_keys(key) if credential_helpers.get(helper, name) is not None]
    for name in known:
        credential_helpers.erase(helper, name)
    return bool(known)


def _host(key: str) -> str:
    """Return the registry that a key is about, "" for one that is about a repository."""
    bare = key.removeprefix("https://").removeprefix("http://")
    host, slash, _ = bare.partition("/")
    if slash and bare == key:
        return ""
    return "docker.io" if host in _DOCKER_HUB_HOSTS else host


def _read(path: str) -> dict[str, Any]:
    try:
        document = jsonfile.read(path)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as err:
        raise RegistryError(f"cannot read the credentials in {path}: {err.strerror}") from err
    except ValueError as err:
        raise RegistryError(f"{path} is broken: {err}", hint="mend or remove it, and run `pod login` again") from None
    if not isinstance(document, dict):
        raise RegistryError(f"{path} is broken: it is no JSON object")
    return document


def _table(document: dict[str, Any], name: str, path: str) -> dict[str, Any]:
    """Return one of the tables of a file, empty where it has none."""
    table = document.get(name)
    if table is None:
        return {}
    if not isinstance(table, dict):
        raise RegistryError(f"{path} is broken: its {name} are no JSON object", hint="mend or remove the file")
    return table


def _store(document: dict[str, Any]) -> str:
    """Return the helper that keeps what no other one does, "" for none."""
    return str(document.get("credsStore") or "")


def _write(path: str, document: dict[str, Any]) -> None:
    try:
        files.make_folders(os.path.dirname(path))
        files.write_atomic(path, jsonfile.dumps(document), mode=0o600)
    except OSError as err:
        raise RegistryError(
            f"cannot write the credentials to {path}: {err.strerror}", hint="choose another file with --authfile"
        ) from err


def _decode(entry: Any, path: str, key: str) -> Credentials | None:
    """Understand an entry of `auths`; None where it says nothing, as Docker's do when a helper has the secret."""
    if not isinstance(entry, dict):
        return None
    text, token = entry.get("auth") or "", entry.get("identitytoken") or ""
    if not text and not token:
        name, password = entry.get("username"), entry.get("password")
        return Credentials(str(name), str(password)) if name and password else None
    try:
        name, _, password = base64.b64decode(text.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError, AttributeError):
        raise RegistryError(f"{path}: the entry of {key} is broken", hint=f"pod login {key}") from None
    return Credentials(name, password.rstrip("\0"), token)
