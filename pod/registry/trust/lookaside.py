"""registries.d: where signatures lie that are kept apart from the images (containers-registries.d(5))."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from pod.errors import RegistryError
from pod.linux import files
from pod.registry import places
from pod.registry.trust.checked import docker_scopes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.oci.digest import Digest
    from pod.oci.reference import Reference

_LIMIT = 4 << 20  # bytes of one signature
_MOST = 128  # signatures of one image


class Lookaside:
    """All the files together: the places by scope."""

    def __init__(self, folder: str = "") -> None:
        self._folder = folder  # given by the user: registries.d does not matter then
        self._default: dict[str, Any] = {}
        self._scopes: dict[str, dict[str, Any]] = {}
        for path in places.registries_d_files():
            self._merge(path)

    def _merge(self, path: str) -> None:
        import yaml

        try:
            with open(path, "rb") as file:
                document = yaml.safe_load(file) or {}
            self._default = document.get("default-docker") or self._default
            self._scopes.update(document.get("docker") or {})
        except (OSError, yaml.YAMLError, AttributeError, TypeError, ValueError) as err:
            raise RegistryError(f"{path}: {err}", hint="mend the file: containers-registries.d(5)") from None

    def place(self, reference: Reference, *, write: bool = False) -> str:
        """Return the address below which the signatures of a repository lie, or are to be written."""
        if self._folder:
            return f"file://{self._folder}"
        table = next((self._scopes[s] for s in docker_scopes(reference) if s in self._scopes), self._default) or {}
        staging = (table.get("lookaside-staging") or table.get("sigstore-staging")) if write else ""
        found = staging or table.get("lookaside") or table.get("sigstore")
        return str(found or f"file://{places.signature_folder()}").rstrip("/")

    def below(self, scope: str) -> str:
        """Return the address for the images of a scope, as registries.d has it."""
        table = self._scopes.get(scope) or self._default
        return str(table.get("lookaside") or table.get("sigstore") or f"file://{places.signature_folder()}")

    def read(self, reference: Reference, digest: Digest) -> list[bytes]:
        """Return the signatures of an image. Raises RegistryError."""
        base = f"{self.place(reference)}/{reference.path}@sha256={digest.hex}"
        signatures: list[bytes] = []
        while len(signatures) < _MOST:
            data = _fetch(f"{base}/signature-{len(signatures) + 1}")
            if data is None:
                break
            signatures.append(data)
        return signatures

    def write(self, reference: Reference, digest: Digest, signature: bytes) -> str:
        """Add a signature and return the path of its file. Raises RegistryError where the place is no folder."""
        address = urlsplit(self.place(reference, write=True))
        if address.scheme != "file":
            raise RegistryError(
                f"cannot write signatures to {address.geturl()}",
                hint="registries.d needs a lookaside-staging: file:///…",
            )
        folder = f"{address.path}/{reference.path}@sha256={digest.hex}"
        number = 1
        try:
            files.make_folders(folder, 0o755)
            while os.path.exists(f"{folder}/signature-{number}"):
                number += 1
            files.write_atomic(f"{folder}/signature-{number}", signature, mode=0o644)
        except OSError as err:
            raise RegistryError(f"cannot write the signature to {folder}: {err.strerror}") from err
        return f"{folder}/signature-{number}"


def _fetch(address: str) -> bytes | None:
    """Return a signature, None where there is none. Raises RegistryError."""
    parts = urlsplit(address)
    if parts.scheme == "file":
        try:
            return files.read_bytes(parts.path, _LIMIT)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as err:
            raise RegistryError(f"cannot read the signature {parts.path}: {err.strerror}") from None
    from pod.registry.connection import read_bounded
    from pod.registry.session import CONNECT_TIMEOUT, READ_TIMEOUT, make_session, proxies, translated

    what = f"cannot read the signature {address}"
    with translated(what, parts.netloc):
        session = make_session(parts.netloc, verify=True)
        timeout = (CONNECT_TIMEOUT, READ_TIMEOUT)
        response = session.get(address, stream=True, timeout=timeout, proxies=proxies(address, parts.netloc))
    if response.status_code in (404, 403):
        return None
    if response.status_code != 200:
        raise RegistryError(f"{what}: status {response.status_code}")
    return read_bounded(response, _LIMIT, what, parts.netloc)
