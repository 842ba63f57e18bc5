"""`volume rm`, `volume prune`, and the end of volumes that nobody named with that of their container."""

from __future__ import annotations

from pod.engine import containers, events, uses
from pod.engine.volumes import mounting, users
from pod.errors import NoSuchContainer, NoSuchVolume, PodError, StorageError
from pod.storage.volumes import LOCAL, VolumeStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.engine.engine import Engine
    from pod.storage.container_records import ContainerRecord
    from pod.storage.volumes import VolumeRecord


def remove_volume(engine: Engine, wanted: str, *, force: bool = False, timeout: int | None = None) -> str:
    """Remove a volume and return its name; with `force` first the containers that use it.

    Raises NoSuchVolume, AmbiguousName, InUse with the containers.
    """
    from pod.engine.remove import remove_user

    store = VolumeStore(engine.layout)
    name = store.find_name(wanted)
    _settle(engine, name)
    engine.enter()
    while True:
        with store.lock():
            using = users.certain(engine, name).get(name, [])
            if not using:
                _delete(engine, store, name)
                return name
        if not force:
            raise users.in_use(name, using)
        for container in using:
            remove_user(engine, container.id, timeout)


def _settle(engine: Engine, volume: str = "") -> None:
    """Let those containers go, of all or of one volume, that a crash has kept from being removed."""
    layout = engine.layout
    for container_id in uses.ids_of(layout, uses.VOLUMES, volume) if volume else containers.all_ids(layout):
        try:
            containers.find_settled(engine, container_id)
        except (NoSuchContainer, StorageError):
            continue


def prune_volumes(engine: Engine, fits: Callable[[VolumeRecord], bool]) -> tuple[list[str], int]:
    """Remove the volumes that fit and that no container uses; return their names and the bytes that this frees.

    Nobody can make a container with one of them meanwhile. Raises StorageError where nobody can tell what is used.
    """
    from pod.engine.volumes.sizes import volume_size

    store = VolumeStore(engine.layout)
    _settle(engine)
    engine.enter()
    removed, freed = [], 0
    with store.lock():
        used = users.certain(engine)
        for record in store.every():
            if record.name in used or not fits(record):
                continue
            size = volume_size(engine.layout, record)
            try:
                _delete(engine, store, record.name)
            except PodError as err:
                engine.notify(f"Warning: {err.message}")
                continue
            removed.append(record.name)
            freed += size
    return removed, freed


def remove_anonymous(engine: Engine, record: ContainerRecord) -> None:
    """Remove the volumes of a container that nobody named and no other container uses. The container is about to go.

    What cannot be removed is left for `volume prune`.
    """
    store = VolumeStore(engine.layout)
    names = [mount.name for mount in record.mounts if mount.anonymous and mount.name]
    with store.lock():
        for name in names:
            try:
                if all(container.id == record.id for container in users.certain(engine, name).get(name, ())):
                    _delete(engine, store, name)
            except PodError:
                continue


def _delete(engine: Engine, store: VolumeStore, name: str) -> None:
    """Remove a volume that nobody uses. The caller holds the lock on all."""
    try:
        record = store.read(name)
    except NoSuchVolume:
        return
    except StorageError:
        store.delete(name)  # its document is lost: what was asked for is that it goes
        return
    if record.driver != LOCAL:
        from pod.engine.volumes import plugins

        plugins.find(engine, record.driver).remove(name)
    else:
        mounting.unmount(engine, record)
    store.delete(name)
    uses.forget_object(engine.layout, uses.VOLUMES, name)
    events.volume(engine.layout, "remove", name)
