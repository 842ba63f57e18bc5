"""Putting a container on its networks when it starts, and again after the keeper was killed."""

from __future__ import annotations

from pod.engine import containers, spec
from pod.engine.network.drivers import with_driver
from pod.net import store
from pod.net.keeper import client
from pod.net.keeper.client import Connection, KeeperGone
from pod.network_values import Attachment
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.engine.engine import Engine
    from pod.engine.network.preparing import Prepared
    from pod.settings import Settings
    from pod.storage.container_records import ContainerRecord

_TRIES = 3


class Joined(Record):
    """What joining gave: the attachments, the connection that keeps them, the shared network namespace."""

    attachments: tuple[Attachment, ...]
    keeper: Connection
    shared: int


def names(record: ContainerRecord) -> tuple[str, ...]:
    """Return what a container is called on each of its networks."""
    return tuple(dict.fromkeys(filter(None, (record.name, record.id[: spec.SHORT_ID], record.hostname))))


def join(engine: Engine, record: ContainerRecord, prepared: Prepared, namespace: int) -> Joined:
    """Put a container that is being started on its networks. Raises NoSuchNetwork, NetworkError."""
    request = _request(engine, record, ())
    for _ in range(_TRIES - 1):
        try:
            return _ask(engine, prepared, request, namespace)
        except KeeperGone:  # killed, or it ended this very moment
            prepared.keeper = None
    return _ask(engine, prepared, request, namespace)


def _ask(engine: Engine, prepared: Prepared, request: dict[str, Any], namespace: int) -> Joined:
    keeper = prepared.keeper or client.reach(
        engine.layout.run_network, engine.layout.lock("network"), systemd=engine.settings.systemd
    )
    answer, given = keeper.ask("join", (namespace,), **request)
    attachments = tuple(Attachment.from_json(document) for document in answer["attachments"])
    return Joined(attachments, keeper, given[0])


def rejoin(settings: Settings, container: str, namespace: int, shared: int) -> tuple[Connection, int]:
    """Tell a keeper, started now unless another monitor was faster, where a running container is.

    `shared` is the namespace of the keeper that was killed; the one that is returned is another where a command that
    knew nothing of it was faster. Raises NetworkError, OSError.
    """
    from pod.engine.engine import Engine

    engine = Engine(settings, lambda _sentence: None)
    found = containers.load(engine.layout, container)
    keeper = client.reach(
        engine.layout.run_network, engine.layout.lock("network"), shared, systemd=engine.settings.systemd
    )
    request = _request(engine, found.record, found.state.attachments)
    try:
        _answer, given = keeper.ask("join", (namespace,), **request)
    except BaseException:
        keeper.close()
        raise
    return keeper, given[0]


def _request(engine: Engine, record: ContainerRecord, given: tuple[Attachment, ...]) -> dict[str, Any]:
    wanted = [entry.network for entry in given] if given else [entry.network for entry in record.networks]
    networks = {name: store.load(engine.layout.networks, name) for name in wanted}
    documents = {name: with_driver(engine.settings, network).to_json() for name, network in networks.items()}
    return {
        "container": record.id,
        "names": names(record),
        "links": {alias: name for name, _, alias in (link.partition(":") for link in record.links)},
        "dns": record.dns if record.dns != ("none",) else (),
        "joins": [entry.to_json() for entry in record.networks],
        "networks": documents,
        "given": [entry.to_json() for entry in given],
    }
