"""policy.json: what an image must show before it may be used, by where it comes from (containers-policy.json(5)).

Every requirement of the most exact scope that fits must hold. A file that is not understood to the last word rejects
everything: a requirement that is overlooked would be none. With no file at all anything is accepted, as by Docker.
"""

from __future__ import annotations

from pod.errors import NotTrusted
from pod.linux import jsonfile
from pod.record import Record
from pod.registry import places
from pod.registry.trust import identities, sigstore, simple_signing
from pod.registry.trust.checked import CheckedImage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

ACCEPT, REJECT, SIGNED_BY, SIGSTORE = "insecureAcceptAnything", "reject", "signedBy", "sigstoreSigned"
_KEYS = {
    ACCEPT: {"type"},
    REJECT: {"type"},
    SIGNED_BY: {"type", "keyType", "keyPath", "keyPaths", "keyData", "signedIdentity"},
    SIGSTORE: {"type", "keyPath", "keyPaths", "keyData", "keyDatas", "signedIdentity"},
}


class Policy(Record):
    """The whole file: the requirements by default, and those by transport and scope."""

    path: str
    default: list[dict[str, Any]]
    transports: dict[str, dict[str, list[dict[str, Any]]]]

    @classmethod
    def load(cls, chosen: str = "") -> Policy:
        """Read the policy that holds. Raises NotTrusted where it cannot be understood."""
        path = chosen or places.policy_file()
        if not path:
            return cls("", [{"type": ACCEPT}], {})
        try:
            return cls.parse(path, jsonfile.read(path))
        except (OSError, ValueError) as err:
            reason = err.strerror if isinstance(err, OSError) and err.strerror else str(err)
            raise NotTrusted(
                f"cannot use the policy {path}: {reason}", hint="mend it: containers-policy.json(5)"
            ) from None

    @classmethod
    def parse(cls, path: str, document: Any) -> Policy:
        """Understand a document. Raises ValueError."""
        if not isinstance(document, dict) or document.keys() - {"default", "transports"}:
            raise ValueError("it has other members than default and transports")
        default = _requirements("default", document.get("default"))
        transports = document.get("transports") or {}
        if not isinstance(transports, dict) or not all(isinstance(scopes, dict) for scopes in transports.values()):
            raise ValueError("transports is no object of objects")
        for transport, scopes in transports.items():
            for scope, requirements in scopes.items():
                _requirements(f"transports.{transport}.{scope}", requirements)
        return cls(path, default, transports)

    def requirements(self, transport: str, scopes: tuple[str, ...]) -> tuple[str, list[dict[str, Any]]]:
        """Return the requirements for an image and the scope that they stand under."""
        known = self.transports.get(transport, {})
        for scope in (*scopes, ""):
            if scope in known:
                return f"{transport} {scope}".strip(), known[scope]
        return "default", self.default

    def check(self, image: CheckedImage) -> None:
        """Raise NotTrusted unless the image fulfils all requirements."""
        scope, requirements = self.requirements(image.transport, image.scopes)
        for requirement in requirements:
            if reason := _CHECKS[requirement["type"]](requirement, image):
                raise NotTrusted(f"{image.shown} is not allowed: {reason}", hint=f"{self.path} says so under {scope}")


def _requirements(where: str, value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"{where} lists no requirements")
    for requirement in value:
        kind = requirement.get("type") if isinstance(requirement, dict) else None
        if kind not in _KEYS:
            raise ValueError(f"{where} has a requirement of the unknown type {kind!r:.60}")
        if unknown := requirement.keys() - _KEYS[kind]:
            raise ValueError(f"{where}: pod does not understand {', '.join(sorted(unknown))} of {kind}")
        if kind in (SIGNED_BY, SIGSTORE):
            _check_keys(where, requirement)
            identities.check_form(requirement.get("signedIdentity"))
    return value


def _check_keys(where: str, requirement: dict[str, Any]) -> None:
    given = [name for name in ("keyPath", "keyPaths", "keyData", "keyDatas") if name in requirement]
    if len(given) != 1:
        raise ValueError(f"{where}: {requirement['type']} needs one of keyPath, keyPaths and keyData")
    if requirement["type"] == SIGNED_BY and requirement.get("keyType") != "GPGKeys":
        raise ValueError(f"{where}: the keyType of signedBy is GPGKeys, not {requirement.get('keyType')!r:.60}")


def _accepted(_requirement: dict[str, Any], _image: CheckedImage) -> str:
    return ""


def _rejected(_requirement: dict[str, Any], _image: CheckedImage) -> str:
    return "the policy rejects it"


_CHECKS: dict[str, Callable[[dict[str, Any], CheckedImage], str]] = {
    ACCEPT: _accepted,
    REJECT: _rejected,
    SIGNED_BY: simple_signing.check,
    SIGSTORE: sigstore.check,
}
"""By type, what tells why an image does not fulfil a requirement; "" where it does."""
