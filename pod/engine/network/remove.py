"""`network rm` and `network prune`."""

from __future__ import annotations

from pod.engine import containers, events, uses
from pod.errors import InUse, PodError, StorageError
from pod.linux import locks
from pod.net import store
from pod.net.records import DEFAULT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.engine.containers import Container
    from pod.engine.engine import Engine
    from pod.net.records import Network


def users(engine: Engine) -> dict[str, list[Container]]:
    """Return the containers, running or not, by the names of the networks that they are to be on."""
    found: dict[str, list[Container]] = {}
    for container in containers.every(engine.layout):
        for join in container.record.networks:
            found.setdefault(join.network, []).append(container)
    return found


def users_of(engine: Engine, name: str) -> list[Container]:
    """Return the containers, running or not, that are to be on one network."""
    noted = uses.of(engine.layout, uses.NETWORKS, name)
    return [container for container in noted if any(join.network == name for join in container.record.networks)]


def remove_network(engine: Engine, wanted: str, *, force: bool = False, timeout: int | None = None) -> str:
    """Remove a network and return its name; with `force` first the containers that are on it.

    Raises NoSuchNetwork, AmbiguousName, InUse with the containers.
    """
    from pod.engine.remove import remove_user

    network = store.find(engine.layout.networks, wanted)
    if network.name == DEFAULT:
        raise PodError(f"network {DEFAULT} cannot be removed: it is the one that exists always")
    while True:
        with locks.Lock(engine.layout.lock("networks")):
            using = users_of(engine, network.name)
            if not using:
                store.remove(engine.layout.networks, network.name)
                uses.forget_object(engine.layout, uses.NETWORKS, network.name)
                events.network(engine.layout, "remove", network.name, network.id)
                return network.name
        if not force:
            raise _in_use(network.name, using)
        for container in using:
            remove_user(engine, container.id, timeout)


def _in_use(name: str, using: list[Container]) -> InUse:
    shown = ", ".join(f"{container.name} ({container.id[:12]})" for container in using)
    several = "containers" if len(using) > 1 else "container"
    hint = f"remove {'them' if len(using) > 1 else 'it'} first, or with the network: pod network rm -f {name}"
    return InUse(f"network {name} is being used by {several} {shown}", hint=hint, exit_code=2)


def prune_networks(engine: Engine, fits: Callable[[Network], bool]) -> list[str]:
    """Remove the networks that fit and that no container is to be on; return their names."""
    removed = []
    for network in store.every(engine.layout.networks):
        if network.name == DEFAULT or not fits(network):
            continue
        try:
            removed.append(remove_network(engine, network.name))
        except (InUse, StorageError):
            continue
    return removed
