"""securityContext of pods and containers: users, capabilities, what may be written, profiles."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.kube.documents import Node


def options(container: Node, spec: Node, profile_root: str) -> dict[str, Any]:
    """Return the fields of CreateOptions that the two contexts decide; the container's wins. Raises UsageError."""
    own, pod = container.node("securityContext"), spec.node("securityContext")
    asked = own.node("capabilities")
    found: dict[str, Any] = {
        "privileged": own.flag("privileged"),
        "read_only": own.flag("readOnlyRootFilesystem"),
        "cap_add": _capabilities(asked.texts("add")),
        "cap_drop": _capabilities(asked.texts("drop")),
        "security_opt": tuple(_security(own, pod, profile_root)),
    }
    if user := _user(own, pod):
        found["user"] = user
    groups = (*pod.texts("supplementalGroups"), *([pod.text("fsGroup")] if pod.has("fsGroup") else []))
    if groups:
        found["group_add"] = tuple(dict.fromkeys(groups))
    return found


def _capabilities(names: tuple[str, ...]) -> tuple[str, ...]:
    upper = [name.upper() for name in names]
    return tuple(name if name == "ALL" or name.startswith("CAP_") else f"CAP_{name}" for name in upper)


def _user(own: Node, pod: Node) -> str:
    user = own.text("runAsUser") or pod.text("runAsUser")
    group = own.text("runAsGroup") or pod.text("runAsGroup")
    if not group:
        return user
    return f"{user or 0}:{group}"


def _security(own: Node, pod: Node, profile_root: str) -> list[str]:
    found = []
    if not own.flag("allowPrivilegeEscalation", True):
        found.append("no-new-privileges=true")
    if own.text("procMount") == "Unmasked":
        found.append("unmask=ALL")
    profile = own if own.has("seccompProfile") else pod
    if profile.has("seccompProfile"):
        node = profile.node("seccompProfile")
        kind = node.need("type")
        if kind == "Unconfined":
            found.append("seccomp=unconfined")
        elif kind == "Localhost":
            found.append(f"seccomp={_profile(node, profile_root)}")
        elif kind != "RuntimeDefault":
            raise node.error("it is RuntimeDefault, Unconfined or Localhost", "type")
    return found


def _profile(node: Node, profile_root: str) -> str:
    path = os.path.join(profile_root, node.need("localhostProfile"))
    if not os.path.isfile(path):
        raise node.error(f"{path}: no such file", "localhostProfile", hint="--seccomp-profile-root says where they are")
    return path
