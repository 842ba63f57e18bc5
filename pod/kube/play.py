"""`kube play`: volumes and secrets first, then each pod with its containers, then all are started."""

from __future__ import annotations

import hashlib
import json

from pod.engine import create as containers
from pod.engine import events
from pod.engine.pods import lifecycle, remove, store
from pod.engine.pods.create import create_pod
from pod.errors import NoSuchPod, PodError
from pod.kube import documents, pod_options, service, volumes, workloads
from pod.kube.config import Config, secret_data
from pod.kube.containers import Site
from pod.kube.containers import options as container_options
from pod.record import Record
from pod.storage.secrets import SecretStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.engine.handover import Handover
    from pod.kube.documents import Node
    from pod.kube.options import PlayOptions
    from pod.kube.workloads import Wanted


class PlayedPod(Record):
    """A pod that was made."""

    id: str
    name: str
    containers: tuple[str, ...]  # ids, those that prepare first
    errors: tuple[str, ...] = ()  # why containers did not start


class Played(Record):
    """What a play has made."""

    pods: tuple[PlayedPod, ...] = ()
    volumes: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def play(
    engine: Engine, found: list[Node], more: list[Node], options: PlayOptions, handover: Handover | None = None
) -> Played:
    """Make what the documents describe; `more` are those of --configmap. Raises UsageError, PodError.

    A pod of which a container cannot be made is taken down again.
    """
    warnings: list[str] = []
    workloads.check_kinds(found, warn=warnings)
    wanted = workloads.pods(found)
    if options.anew:
        for pod in wanted:
            _remove(engine, pod.name)
    secrets = tuple(_secret(engine, one, options) for one in found if one.kind == "Secret")
    claims = tuple(volumes.claim(engine, one) for one in found if one.kind == "PersistentVolumeClaim")
    config = Config(engine, [*found, *more])
    keeper = service.make(engine, name_of(found), options) if options.service_container and wanted else ""
    made: list[PlayedPod] = []
    try:
        for number, pod in enumerate(wanted):
            made.append(_make(engine, pod, config, options, number, keeper))
    except BaseException:
        if keeper:
            service.remove(engine, keeper)
        raise
    if options.start:
        made = [_start(engine, pod) for pod in made]
        if keeper:
            service.start(engine, keeper, handover)
    return Played(tuple(made), claims, secrets, tuple(warnings))


def name_of(found: list[Node]) -> str:
    """Return a name for what belongs to this file alone, the same one at every play."""
    text = json.dumps([document.value for document in found], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _remove(engine: Engine, name: str) -> None:
    try:
        remove.remove(engine, name, force=True)
    except NoSuchPod:
        pass


def _secret(engine: Engine, document: Node, options: PlayOptions) -> str:
    """Keep a Secret as a secret, as the YAML that it is. Returns its id."""
    del options
    secret_data(document)  # what is wrong is told now
    engine.enter()
    data = documents.dump([document.value]).encode()
    labels = document.node("metadata").mapping("labels")
    kept = SecretStore(engine.layout).create(
        document.name, data, driver="file", options={}, labels=labels, replace=True
    )
    events.secret(engine.layout, "create", kept.id, kept.name)
    return kept.id


def _make(engine: Engine, wanted: Wanted, config: Config, options: PlayOptions, number: int, keeper: str) -> PlayedPod:
    spec = wanted.node.node("spec")
    if not spec.nodes("containers"):
        raise wanted.node.error("is missing", "spec.containers")
    asked = pod_options.options(wanted, options, number)
    known = volumes.volumes(engine, spec, config, wanted.name)
    pod = create_pod(engine, asked.replace(service=keeper))
    site = Site(engine, pod.id, pod.name, wanted.node, config, known, options)
    try:
        ids = [
            containers.create(engine, container_options(site, one, first=first)).id
            for key, first in (("initContainers", True), ("containers", False))
            for one in spec.nodes(key)
        ]
    except BaseException:
        remove.remove(engine, pod.id, force=True)
        raise
    return PlayedPod(pod.id, pod.name, tuple(ids))


def _start(engine: Engine, pod: PlayedPod) -> PlayedPod:
    try:
        lifecycle.start(engine, pod.id)
    except PodError as err:
        return pod.replace(errors=(err.message,))
    return pod.replace(containers=tuple(id for id in pod.containers if id in store.member_ids(engine.layout, pod.id)))
