"""ConfigMaps and Secrets: what documents, --configmap files and the store's secrets hold."""

from __future__ import annotations

import base64
import binascii

from pod.errors import NoSuchSecret, UsageError
from pod.kube import documents
from pod.storage.secrets import SecretStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pod.engine.engine import Engine
    from pod.kube.documents import Node


class Config:
    """All ConfigMaps and Secrets that a play may use: name → key → value."""

    def __init__(self, engine: Engine, found: Iterable[Node]) -> None:
        self._engine = engine
        self._maps: dict[str, dict[str, bytes]] = {}
        self._secrets: dict[str, dict[str, bytes]] = {}
        for document in found:
            if document.kind == "ConfigMap":
                self._maps[document.name] = map_data(document)
            elif document.kind == "Secret":
                self._secrets[document.name] = secret_data(document)

    def map(self, node: Node, key: str, name: str, *, optional: bool) -> dict[str, bytes] | None:
        """Return a ConfigMap; None where it may be missing and is. Raises UsageError at the node's key."""
        found = self._maps.get(name)
        if found is None and not optional:
            raise node.error(f"there is no ConfigMap {name}", key, hint="give the file that has it: --configmap FILE")
        return found

    def secret(self, node: Node, key: str, name: str, *, optional: bool) -> dict[str, bytes] | None:
        """Return a Secret, of the file or of the store; None where it may be missing and is. Raises UsageError."""
        if name in self._secrets:
            return self._secrets[name]
        store = SecretStore(self._engine.layout)
        try:
            data = store.data(store.find(name))
        except NoSuchSecret:
            if optional:
                return None
            raise node.error(f"there is no secret {name}", key, hint="`pod secret ls` lists those there are") from None
        try:
            found = list(documents.parse(data, f"secret {name}"))
        except UsageError:
            found = []
        if len(found) != 1 or found[0].kind != "Secret":
            raise node.error(f"secret {name} is no Secret of Kubernetes", key, hint="make it of YAML: pod kube play")
        return secret_data(found[0])


def map_data(document: Node) -> dict[str, bytes]:
    """Return what a ConfigMap holds."""
    data = {key: value.encode() for key, value in document.mapping("data").items()}
    return {**data, **_decoded(document, "binaryData")}


def secret_data(document: Node) -> dict[str, bytes]:
    """Return what a Secret holds."""
    return {**_decoded(document, "data"), **{k: v.encode() for k, v in document.mapping("stringData").items()}}


def _decoded(document: Node, key: str) -> dict[str, bytes]:
    found = {}
    for name, text in document.mapping(key).items():
        try:
            found[name] = base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            raise document.error("this is no base64", f"{key}.{name}", hint="stringData takes it as it is") from None
    return found
