"""`image trust`: the policy shown as a table's rows, and changed for the user."""

from __future__ import annotations

import os

from pod.errors import NotTrusted, UsageError
from pod.linux import files, jsonfile
from pod.oci.reference import Reference
from pod.record import Record
from pod.registry import places
from pod.registry.trust import policy
from pod.registry.trust.lookaside import Lookaside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

_TYPES = {
    "accept": policy.ACCEPT,
    "reject": policy.REJECT,
    "signedBy": policy.SIGNED_BY,
    "sigstoreSigned": policy.SIGSTORE,
}
_SHOWN = {**{kind: name for name, kind in _TYPES.items()}, policy.SIGNED_BY: "signed"}


class Row(Record):
    """One requirement of the policy: for what transport and scope, of what type, by which keys, signatures where."""

    transport: str
    name: str
    type: str
    keys: str = ""
    store: str = ""


def rows(path: str = "") -> list[Row]:
    """Return the policy as rows. Raises NotTrusted."""
    found = policy.Policy.load(path)
    result = [Row("all", "default", _SHOWN[one["type"]], _keys(one)) for one in found.default]
    lookaside = Lookaside()
    for transport, scopes in found.transports.items():
        for scope, requirements in scopes.items():
            for one in requirements:
                signed = one["type"] == policy.SIGNED_BY and transport == "docker"
                store = lookaside.below(scope) if signed else ""
                kind = "repository" if transport == "docker" else transport
                result.append(Row(kind, scope, _SHOWN[one["type"]], _keys(one), store))
    return result


def raw(path: str = "") -> str:
    """Return the policy's file as it is, "" where there is none. Raises NotTrusted."""
    path = path or places.policy_file()
    try:
        return files.read_bytes(path).decode() if path else ""
    except (OSError, ValueError) as err:
        raise NotTrusted(f"cannot read the policy {path}: {err}") from None


def _keys(requirement: dict[str, Any]) -> str:
    return ", ".join(_key_names(requirement)) or ("N/A" if "keyData" in requirement else "")


def _key_names(requirement: dict[str, Any]) -> Iterator[str]:
    yield from requirement.get("keyPaths") or ([requirement["keyPath"]] if "keyPath" in requirement else [])


def set_type(scope: str, kind: str, keys: Sequence[str], path: str = "") -> str:
    """Set what images of a registry, a repository or (scope `default`) of anywhere need; return the policy's file.

    The user's own policy is changed; where there is none it begins as a copy of the machine's. Raises UsageError.
    """
    if kind not in _TYPES:
        raise UsageError(f"unknown --type {kind}", hint=f"it is one of {', '.join(_TYPES)}")
    needs_keys = kind in ("signedBy", "sigstoreSigned")
    if needs_keys != bool(keys):
        raise UsageError(f"--type {kind} {'needs' if needs_keys else 'takes no'} --pubkeysfile")
    if scope != "default":
        Reference.parse(f"{scope.removeprefix('*.')}/x" if "/" not in scope else scope)
    requirements = [_requirement(kind, os.path.abspath(key)) for key in keys] or [{"type": _TYPES[kind]}]
    path = os.path.abspath(path or places.user_policy_file())
    document = _document(path)
    if scope == "default":
        document["default"] = requirements
    else:
        document.setdefault("transports", {}).setdefault("docker", {})[scope] = requirements
    files.make_folders(os.path.dirname(path), 0o755)
    files.write_atomic(path, jsonfile.dumps(document), mode=0o644)
    return path


def _requirement(kind: str, key: str) -> dict[str, Any]:
    if not os.path.isfile(key):
        raise UsageError(f"--pubkeysfile {key}: no such file")
    requirement = {"type": _TYPES[kind], "keyPath": key}
    return {**requirement, "keyType": "GPGKeys"} if kind == "signedBy" else requirement


def _document(path: str) -> dict[str, Any]:
    """Return the policy to change. Raises NotTrusted where there is one that is not understood."""
    base = path if os.path.exists(path) else places.policy_file()
    policy.Policy.load(base)
    return jsonfile.read(base) if base else {"default": [{"type": policy.ACCEPT}]}
