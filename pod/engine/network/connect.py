"""`network connect`, `disconnect`, `reload` and `update`: networks of containers that may be running."""

from __future__ import annotations

import os
import time

from pod.engine import containers, events, name_files, uses
from pod.engine.network import asking, joining
from pod.engine.network.drivers import with_driver
from pod.errors import PodError, UsageError, WrongState
from pod.linux import jsonfile, locks
from pod.linux import syscalls as sc
from pod.net import attach, store
from pod.net.keeper import client
from pod.net.keeper.client import KeeperGone
from pod.net.keeper.protocol import NotJoined
from pod.network_values import Attachment, NetworkJoin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.engine.containers import Container
    from pod.engine.engine import Engine
    from pod.net.records import Network


_PATIENCE, _PAUSE = 5.0, 0.05  # seconds for monitors to reach another keeper after one was killed


def connect(engine: Engine, wanted: str, name: str, join: NetworkJoin) -> None:
    """Put a container on one more network, at once where it runs. Raises NoSuchNetwork, NetworkError, WrongState."""
    network = store.find(engine.layout.networks, wanted)
    container_id = containers.find_settled(engine, name).id
    engine.enter()
    with engine.lock("container", container_id):
        container = containers.load(engine.layout, container_id)
        _check_bridged(container, f"connect it to network {network.name}")
        if any(entry.network == network.name for entry in container.record.networks):
            raise WrongState(f"container {container.name} is on network {network.name} already")
        join = join.replace(network=network.name)
        asking.check_join(network, join)
        attachments = container.state.attachments
        if container.running:
            document = with_driver(engine.settings, network).to_json()
            answer = _ask(engine, "connect", container=container.id, join=join.to_json(), network=document)
            attachments += tuple(Attachment.from_json(document) for document in answer["attachments"])
        uses.note_network(engine.layout, network.name, container.id)
        _write(engine, container, (*container.record.networks, join), attachments)
    events.network(engine.layout, "connect", network.name, network.id, container=container_id)


def disconnect(engine: Engine, wanted: str, name: str, *, force: bool = False) -> None:
    """Take a container off a network. Raises NoSuchNetwork, WrongState where it is not on it."""
    network = store.find(engine.layout.networks, wanted)
    container_id = containers.find_settled(engine, name).id
    engine.enter()
    with engine.lock("container", container_id):
        container = containers.load(engine.layout, container_id)
        left = tuple(entry for entry in container.record.networks if entry.network != network.name)
        if len(left) == len(container.record.networks):
            if force:
                return
            raise WrongState(f"container {container.name} is not on network {network.name}")
        if container.running:
            _leave(engine, container.id, network.name)
        attachments = tuple(entry for entry in container.state.attachments if entry.network != network.name)
        _write(engine, container, left, attachments)
    events.network(engine.layout, "disconnect", network.name, network.id, container=container_id)


def _leave(engine: Engine, container_id: str, network: str) -> None:
    try:
        _ask(engine, "disconnect", container=container_id, network=network)
    except NotJoined:
        pass  # its monitor cannot reach any of its networks: there is nothing to take it off


def _check_bridged(container: Container, purpose: str) -> None:
    if container.record.network != attach.BRIDGE:
        mode = container.record.network.partition(":")[0]
        raise WrongState(
            f"cannot {purpose}: container {container.name} was made with --network {mode}",
            hint="only containers on networks can be put on others: make it with --network NAME",
        )


def enter_shared(engine: Engine) -> None:
    """Join the network namespace that holds the bridges. Raises WrongState where no container needs one now."""
    keeper = client.connect(engine.layout.run_network)
    if keeper is None:
        raise WrongState(
            "no container is on a network with a name now, so the namespace that would hold it does not exist",
            hint="start one: pod run -d --network pod IMAGE",
        )
    try:
        _status, (namespace, *_rest) = keeper.ask("status")
    finally:
        keeper.close()
    sc.setns(namespace, sc.CLONE_NEWNET)
    os.close(namespace)


def _ask(engine: Engine, verb: str, **request: Any) -> dict[str, Any]:
    """Ask the keeper of a running container. One that was killed is replaced soon, and hears of its containers."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return _ask_once(engine, verb, request)
        except (KeeperGone, NotJoined):
            if time.monotonic() >= deadline:
                raise
        time.sleep(_PAUSE)


def _ask_once(engine: Engine, verb: str, request: dict[str, Any]) -> dict[str, Any]:
    keeper = client.connect(engine.layout.run_network)
    if keeper is None:
        raise KeeperGone(
            "the process that keeps the networks is not running", hint="the containers' monitors start it again: retry"
        )
    try:
        return keeper.ask(verb, **request)[0]
    finally:
        keeper.close()


def _write(
    engine: Engine, container: Container, joins: tuple[NetworkJoin, ...], attachments: tuple[Attachment, ...]
) -> None:
    """Write down where a container is now. The caller holds its lock."""
    record = container.record.replace(networks=joins)
    path = f"{engine.layout.container(container.id)}/record.json"
    jsonfile.write(path, record.to_json(), durable=not record.auto_remove)
    if container.running:
        containers.save_state(engine.layout, container.id, container.state.replace(attachments=attachments))
        name_files.write_names(engine, record, attach.plan_of(attachments))


def reload(engine: Engine, name: str) -> str:
    """Make a running container's interfaces and the rules of all networks anew; return its id."""
    container = containers.find_settled(engine, name)
    _check_bridged(container, "reload its networks")
    if not container.running:
        raise WrongState(f"container {container.name} is not running")
    engine.enter()
    _ask(engine, "reload", container=container.id)
    return container.id


def update(engine: Engine, wanted: str, *, dns_add: tuple[str, ...], dns_drop: tuple[str, ...]) -> str:
    """Change the servers that a network's name server asks, at once where it is in use; return its name."""
    engine.enter()
    with locks.Lock(engine.layout.lock("networks")):
        network = store.find(engine.layout.networks, wanted)
        if not network.dns_enabled:
            raise UsageError(f"network {network.name} has no names")
        if unknown := next((server for server in dns_drop if server not in network.dns_servers), ""):
            raise PodError(f"network {network.name} does not ask {unknown}")
        kept = tuple(server for server in network.dns_servers if server not in dns_drop)
        network = network.replace(dns_servers=tuple(dict.fromkeys((*kept, *dns_add))))
        store.save(engine.layout.networks, network)
    _tell(engine, network)
    return network.name


def _tell(engine: Engine, network: Network) -> None:
    keeper = client.connect(engine.layout.run_network)
    if keeper is not None:
        keeper.ask("update", network=with_driver(engine.settings, network).to_json())
        keeper.close()


def rename(engine: Engine, container: Container) -> None:
    """Let a running container be found by its new name, and no longer by its old one."""
    keeper = client.connect(engine.layout.run_network) if container.running else None
    if keeper is not None:
        keeper.ask("rename", container=container.id, names=joining.names(container.record))
        keeper.close()
