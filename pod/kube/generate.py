"""`kube generate`: containers, pods and volumes as Kubernetes YAML, which `kube play` or a cluster makes anew."""

from __future__ import annotations

from pod.engine import containers
from pod.engine.pods import store
from pod.errors import NoSuchContainer, NoSuchPod, NoSuchVolume, NotFound, UsageError
from pod.kube import generate_container as described
from pod.record import Record
from pod.storage.volumes import VolumeStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from pod.engine.containers import Container
    from pod.engine.engine import Engine
    from pod.engine.pods.store import Pod
    from pod.storage.container_records import ContainerRecord
    from pod.storage.volumes import VolumeRecord

TYPES = {"pod": "Pod", "deployment": "Deployment", "daemonset": "DaemonSet", "job": "Job"}
_POLICIES = {"no": "Never", "on-failure": "OnFailure", "always": "Always", "unless-stopped": "Always"}


class GenerateOptions(Record):
    """What is to be made of the pods."""

    type: str = "pod"
    replicas: int = 1
    service: bool = False


def generate(engine: Engine, names: Sequence[str], options: GenerateOptions) -> list[dict[str, Any]]:
    """Return the documents for pods, containers and volumes by name. Raises NotFound, UsageError.

    Containers that are named side by side, and are in no pod, become one.
    """
    if options.replicas != 1 and options.type != "deployment":
        raise UsageError("--replicas goes with --type deployment: the others have no number of pods")
    volumes: list[dict[str, Any]] = []
    pods: list[dict[str, Any]] = []
    loose: list[Container] = []
    for name in names:
        found = _find(engine, name)
        if isinstance(found, store.Pod):
            pods.append(_pod(engine, found))
        elif isinstance(found, containers.Container):
            loose.append(found)
        else:
            volumes.append(_claim(found))
    if loose:
        pods.append(_of_containers(engine, loose))
    services = [one for pod in pods if (one := _service(pod))] if options.service else []
    return [*volumes, *services, *(_workload(pod, options) for pod in pods)]


def _find(engine: Engine, name: str) -> Pod | Container | VolumeRecord:
    try:
        return store.get(engine, name)
    except NoSuchPod:
        pass
    try:
        container = containers.find_settled(engine, name)
    except NoSuchContainer:
        try:
            volumes = VolumeStore(engine.layout)
            return volumes.read(volumes.find_name(name))
        except NoSuchVolume:
            hint = "`pod ps -a`, `pod pod ps` and `pod volume ls` list what there is"
            raise NotFound(f"no such container, pod or volume: {name}", hint=hint) from None
    if container.record.pod.id:
        raise UsageError(
            f"container {container.name} is in pod {container.record.pod.id[:12]}",
            hint=f"describe the pod: pod kube generate {container.record.pod.id[:12]}",
        )
    return container


def _pod(engine: Engine, pod: Pod) -> dict[str, Any]:
    if not pod.members:
        raise UsageError(f"pod {pod.name} has no containers to describe")
    infra = None if pod.infra is None else pod.infra.record
    records = [one.record for one in pod.members]
    first = [record for record in records if record.pod.init]
    others = [record for record in records if not record.pod.init] or records
    labels = {"app": pod.name, **pod.record.labels}
    spec = _spec(engine, others, first, infra, prefix=f"{pod.name}-")
    if "pid" in pod.record.share and infra is not None and infra.pid_mode != "host":
        spec["shareProcessNamespace"] = True
    if infra is not None and infra.hostname and infra.hostname != pod.name:
        spec["hostname"] = infra.hostname
    return _document(pod.name, pod.record.created, labels, spec, _update_policies(records))


def _of_containers(engine: Engine, found: Sequence[Container]) -> dict[str, Any]:
    name = f"{found[0].name}-pod"
    records = [one.record for one in found]
    spec = _spec(engine, records, [], None)
    if records[0].hostname:
        spec["hostname"] = records[0].hostname
    return _document(name, records[0].created, {"app": name}, spec, _update_policies(records))


def _document(
    name: str, created: str, labels: dict[str, str], spec: dict[str, Any], notes: dict[str, str]
) -> dict[str, Any]:
    metadata: dict[str, Any] = {"annotations": notes} if notes else {}
    metadata |= {"creationTimestamp": created[:19] + "Z", "labels": labels, "name": name}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _update_policies(records: Sequence[ContainerRecord]) -> dict[str, str]:
    key = "io.containers.autoupdate"
    return {f"{key}/{record.name}": record.labels[key] for record in records if key in record.labels}


def _spec(
    engine: Engine,
    records: Sequence[ContainerRecord],
    first: Sequence[ContainerRecord],
    infra: ContainerRecord | None,
    prefix: str = "",
) -> dict[str, Any]:
    network = infra or records[0]
    volumes: dict[str, dict[str, Any]] = {}
    made = [described.container(engine, record, volumes, prefix) for record in records]
    ports = described.ports(network.publish if infra is not None else [p for r in records for p in r.publish])
    if ports:
        made[0]["ports"] = ports
    spec: dict[str, Any] = {"containers": made}
    if first:
        spec["initContainers"] = [described.container(engine, record, volumes, prefix) for record in first]
    if network.network == "host":
        spec["hostNetwork"] = True
    if network.pid_mode == "host":
        spec["hostPID"] = True
    if network.ipc_mode == "host":
        spec["hostIPC"] = True
    if network.users.mode == "auto":
        spec["hostUsers"] = False
    spec |= described.names(network)
    policies = {_POLICIES[record.restart.name] for record in records}
    if len(policies) == 1 and policies != {"Always"}:
        spec["restartPolicy"] = policies.pop()
    graces = {record.stop_timeout for record in records}
    if len(graces) == 1 and graces != {10}:
        spec["terminationGracePeriodSeconds"] = graces.pop()
    if volumes:
        spec["volumes"] = list(volumes.values())
    return spec


def _workload(pod: dict[str, Any], options: GenerateOptions) -> dict[str, Any]:
    """Return the pod, or what makes pods of it."""
    if options.type == "pod":
        return pod
    metadata = pod["metadata"]
    name = f"{metadata['name']}-{options.type}"
    template = {"metadata": {k: v for k, v in metadata.items() if k != "creationTimestamp"}, "spec": pod["spec"]}
    spec: dict[str, Any] = {"template": template}
    if options.type == "job":
        pod["spec"].setdefault("restartPolicy", "OnFailure")
    else:
        spec = {"selector": {"matchLabels": metadata["labels"]}, **spec}
        if pod["spec"].get("restartPolicy", "Always") != "Always":
            raise UsageError(
                f"pod {metadata['name']}: a {TYPES[options.type]} starts its containers always",
                hint="make them with --restart always",
            )
    if options.type == "deployment":
        spec = {"replicas": options.replicas, **spec}
    return {
        "apiVersion": "batch/v1" if options.type == "job" else "apps/v1",
        "kind": TYPES[options.type],
        "metadata": {"creationTimestamp": metadata["creationTimestamp"], "labels": metadata["labels"], "name": name},
        "spec": spec,
    }


def _service(pod: dict[str, Any]) -> dict[str, Any] | None:
    """Return the Service that leads to the published ports of a pod."""
    ports = [port for container in pod["spec"]["containers"] for port in container.get("ports", ())]
    if not ports:
        return None
    listed = [
        {
            "name": str(port["hostPort"]),
            "port": port["containerPort"],
            "protocol": port.get("protocol", "TCP"),
            "targetPort": port["containerPort"],
        }
        for port in ports
    ]
    metadata = pod["metadata"]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {k: metadata[k] for k in ("creationTimestamp", "labels", "name")},
        "spec": {"ports": listed, "selector": metadata["labels"], "type": "NodePort"},
    }


def _claim(volume: VolumeRecord) -> dict[str, Any]:
    options = {"device": "device", "type": "type", "o": "mount-options"}
    notes = {f"volume.podman.io/{key}": volume.options[name] for name, key in options.items() if name in volume.options}
    if volume.driver != "local":
        notes["volume.podman.io/driver"] = volume.driver
    for name in ("uid", "gid"):
        if getattr(volume, name) is not None:
            notes[f"volume.podman.io/{name}"] = str(getattr(volume, name))
    metadata: dict[str, Any] = {"annotations": notes} if notes else {}
    if volume.labels:
        metadata["labels"] = dict(volume.labels)
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {**metadata, "name": volume.name},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
