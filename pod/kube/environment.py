"""env and envFrom of a container, and $(NAME) in its command: the Kubernetes API's rules."""

from __future__ import annotations

import re

from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pod.kube.config import Config
    from pod.kube.documents import Node

_REFERENCE = re.compile(r"\$(\$|\(([^()]*)\))")
_INDEXED = re.compile(r"metadata\.(labels|annotations)\['([^']*)'\]")


def variables(container: Node, pod: Node, config: Config, pod_name: str) -> dict[str, str]:
    """Return the variables of a container; later ones may speak of earlier ones. Raises UsageError."""
    found: dict[str, str] = {}
    for source in container.nodes("envFrom"):
        found |= _all_of(source, config)
    for entry in container.nodes("env"):
        name = entry.need("name")
        if entry.has("valueFrom"):
            value = _referred(entry.node("valueFrom"), container, pod, config, pod_name)
            if value is not None:
                found[name] = value
        else:
            found[name] = expand(entry.text("value"), found)
    return found


def expand(text: str, variables: dict[str, str]) -> str:
    """Put the values of variables in place of $(NAME); what is not there stays, and $$ is a dollar sign."""
    return _REFERENCE.sub(lambda m: "$" if m[1] == "$" else variables.get(m[2], m[0]), text)


def _all_of(source: Node, config: Config) -> dict[str, str]:
    prefix = source.text("prefix")
    for key, look_up in (("configMapRef", config.map), ("secretRef", config.secret)):
        if source.has(key):
            node = source.node(key)
            data = look_up(node, "name", node.need("name"), optional=node.flag("optional")) or {}
            return {f"{prefix}{name}": _text(node, name, value) for name, value in data.items()}
    raise source.error("configMapRef or secretRef is expected")


def _referred(source: Node, container: Node, pod: Node, config: Config, pod_name: str) -> str | None:
    for key, look_up in (("configMapKeyRef", config.map), ("secretKeyRef", config.secret)):
        if source.has(key):
            node = source.node(key)
            optional = node.flag("optional")
            data = look_up(node, "name", node.need("name"), optional=optional)
            wanted = node.need("key")
            if data is not None and wanted in data:
                return _text(node, wanted, data[wanted])
            if not optional:
                raise node.error(f"{node.text('name')} has no key {wanted}", "key")
            return None
    if source.has("fieldRef"):
        return _field(source.node("fieldRef"), pod, pod_name)
    if source.has("resourceFieldRef"):
        return _resource(source.node("resourceFieldRef"), container)
    raise source.error("configMapKeyRef, secretKeyRef, fieldRef or resourceFieldRef is expected")


def _field(node: Node, pod: Node, pod_name: str) -> str:
    path = node.need("fieldPath")
    if match := _INDEXED.fullmatch(path):
        return pod.node("metadata").mapping(match[1]).get(match[2], "")
    known = {
        "metadata.name": pod_name,
        "metadata.namespace": pod.node("metadata").text("namespace", "default"),
        "spec.nodeName": _nodename(),
        "status.hostIP": _address(),
        "status.podIP": "127.0.0.1",
    }
    if path not in known:
        raise node.error(f"there is no field {path!r:.60}", "fieldPath", hint=f"there are {', '.join(known)}")
    return known[path]


def _nodename() -> str:
    import os

    return os.uname().nodename


def _address() -> str:
    from pod.net.attach import own_address

    return own_address() or "127.0.0.1"


def _resource(node: Node, container: Node) -> str:
    from pod.kube.quantities import quantity

    kind, _, name = node.need("resource").partition(".")
    if kind not in ("limits", "requests") or name not in ("cpu", "memory"):
        raise node.error(f"there is no resource {node.text('resource')!r:.60}", "resource")
    value = quantity(container.node("resources").node(kind), name)
    divisor = quantity(node, "divisor") or 1
    return str(int(-(-value // divisor)))


def _text(node: Node, key: str, value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise node.error(f"{key} is no text: it cannot be a variable") from None


def as_options(variables: dict[str, str]) -> tuple[str, ...]:
    """Return KEY=VALUE for each. Raises UsageError for a name with an equals sign."""
    for name in variables:
        if not name or "=" in name or "\0" in name:
            raise UsageError(f"invalid name of a variable: {name!r:.60}")
    return tuple(f"{name}={value}" for name, value in variables.items())


def expanded(words: Iterable[str], variables: dict[str, str]) -> tuple[str, ...]:
    """Return the words of a command with $(NAME) replaced."""
    return tuple(expand(word, variables) for word in words)
