"""`kube down`: what a play has made goes: pods, service container, secrets, and with force volumes."""

from __future__ import annotations

from pod.engine import events
from pod.engine.pods import lifecycle, remove, store
from pod.engine.volumes.remove import remove_volume
from pod.errors import NoSuchPod, NoSuchSecret, NoSuchVolume
from pod.kube import service, workloads
from pod.kube.play import name_of
from pod.record import Record
from pod.storage.secrets import SecretStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.kube.documents import Node


class TakenDown(Record):
    """The ids and names of what is gone."""

    pods: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()


def down(engine: Engine, found: list[Node], *, force: bool = False) -> TakenDown:
    """Remove the pods and secrets of documents, with `force` volumes, too. It is no error if some are gone."""
    pods, secrets, volumes = [], [], []
    for wanted in workloads.pods(found):
        try:
            pod_id = store.find_id(engine.layout, wanted.name)
            lifecycle.stop_pod(engine, pod_id)
            pods.append(remove.remove(engine, pod_id, force=True))
        except NoSuchPod:
            continue
    service.remove(engine, service.name(name_of(found)))
    for document in found:
        if document.kind == "Secret":
            try:
                gone = SecretStore(engine.layout).delete(document.name)
            except NoSuchSecret:
                continue
            events.secret(engine.layout, "remove", gone.id, gone.name)
            secrets.append(gone.id)
    for name in _volumes(found) if force else ():
        try:
            volumes.append(remove_volume(engine, name))
        except NoSuchVolume:
            continue
    return TakenDown(tuple(pods), tuple(secrets), tuple(volumes))


def _volumes(found: list[Node]) -> list[str]:
    """Return the names of the volumes that a play makes: of claims, ConfigMaps and Secrets."""
    names = [document.name for document in found if document.kind == "PersistentVolumeClaim"]
    for wanted in workloads.pods(found):
        for volume in wanted.node.node("spec").nodes("volumes"):
            names += [
                volume.node(kind).text(key)
                for kind, key in (
                    ("persistentVolumeClaim", "claimName"),
                    ("configMap", "name"),
                    ("secret", "secretName"),
                )
                if volume.has(kind)
            ]
    return list(dict.fromkeys(filter(None, names)))
