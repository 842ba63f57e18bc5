"""Which pods a document asks for: a Pod is one; Deployments, DaemonSets and Jobs have a template."""

from __future__ import annotations

from pod.errors import UsageError
from pod.kube.documents import Node
from pod.record import Record

TYPE_CHECKING = False

_MOST_REPLICAS = 100
KINDS = ("Pod", "Deployment", "DaemonSet", "Job")
OTHERS = ("PersistentVolumeClaim", "ConfigMap", "Secret")


class Wanted(Record):
    """A pod to be, and where it is described."""

    name: str
    node: Node  # with metadata and spec


def check_kinds(found: list[Node], *, warn: list[str]) -> None:
    """Gather sentences on documents that mean nothing here. Raises UsageError where none means anything."""
    for document in found:
        if document.kind not in (*KINDS, *OTHERS):
            warn.append(f"{document.place}: pod does nothing with a {document.kind}")
    if found and len(warn) == len(found):
        raise UsageError(f"{warn[0]}", hint=f"there are {', '.join((*KINDS, *OTHERS))}")


def pods(documents: list[Node]) -> list[Wanted]:
    """Return the pods of all documents, in their order. Raises UsageError for two of one name."""
    found = [wanted for document in documents for wanted in _of_document(document)]
    names: dict[str, Wanted] = {}
    for wanted in found:
        if wanted.name in names:
            raise wanted.node.error(f"there are two pods {wanted.name}", "metadata.name")
        names[wanted.name] = wanted
    return found


def _of_document(document: Node) -> list[Wanted]:
    if document.kind == "Pod":
        return [Wanted(document.name, document)]
    if document.kind not in KINDS:
        return []
    template = document.node("spec").node("template")
    if not template.has("spec"):
        raise document.error("is missing", "spec.template.spec")
    count = document.node("spec").number("replicas", 1) if document.kind == "Deployment" else 1
    if not 0 <= count <= _MOST_REPLICAS:
        raise document.error(f"it is a number up to {_MOST_REPLICAS}", "spec.replicas")
    base = f"{document.name}-pod"
    return [Wanted(base if count == 1 else f"{base}-{number}", template) for number in range(count)]
