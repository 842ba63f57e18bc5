"""The containers half of `system check`: their documents, their names, the layers below them."""

from __future__ import annotations

import os

from pod.engine import containers, names, sweep, uses
from pod.engine.check_report import Finding
from pod.engine.containers import Container
from pod.errors import NoSuchContainer, PodError, StorageError
from pod.linux import files, jsonfile, locks
from pod.oci.digest import Digest
from pod.storage.container_records import ContainerRecord, ContainerState
from pod.storage.images import ImageStore
from pod.storage.layers import LayerStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.engine.engine import Engine


def check(engine: Engine, *, repair: bool) -> Iterator[Finding]:
    """Yield what is wrong with containers. The caller is in the user's namespace."""
    for container_id in sorted(containers.all_ids(engine.layout)):
        try:
            container = containers.load(engine.layout, container_id)
        except NoSuchContainer:
            continue
        except StorageError as err:
            yield _unreadable(engine, container_id, err, repair)
            continue
        if container.crashed:
            yield _crashed(engine, container, repair)
        yield from _name(engine, container.record, repair)
        yield from _layers(engine, container, repair)
        yield from _uses(engine, container.record, repair)
    yield from _stray_names(engine, repair)


def _crashed(engine: Engine, container: Container, repair: bool) -> Finding:
    finding = Finding(f"container {container.name} was not ended properly", "is put right")
    if not repair:
        return finding
    try:
        sweep.settle(engine, container)
    except NoSuchContainer:
        pass  # it was to be removed at its end
    return finding.mended


def _unreadable(engine: Engine, container_id: str, err: StorageError, repair: bool) -> Finding:
    """A lost state is written anew; without its record nobody knows what a container was, but its files are kept."""
    folder = engine.layout.container(container_id)
    try:
        record = ContainerRecord.from_json(jsonfile.read(f"{folder}/record.json"))
    except (OSError, ValueError):
        remedy = f"its own files stay in {folder}/upper; remove it with `pod rm -f {container_id[:12]}`"
        return Finding(err.message, remedy, by_hand=True)
    if os.path.exists(f"{engine.layout.run_container(container_id)}/attach.sock"):
        return Finding(err.message, f"it may be running: `pod rm -f {container_id[:12]}`", by_hand=True)
    finding = Finding(err.message, f"container {record.name} is taken for one that has ended")
    if not repair:
        return finding
    state = ContainerState(status="exited", exit_code=containers.LOST, error="its state was lost")
    with engine.lock("container", container_id):
        containers.save_state(engine.layout, container_id, state, durable=True)
    return finding.mended


def _name(engine: Engine, record: ContainerRecord, repair: bool) -> Iterator[Finding]:
    owner = containers.owner_of_name(engine.layout, record.name)
    if owner == record.id:
        return
    name = names.unused(engine.layout) if owner else record.name
    what = f"container {record.id[:12]} has lost its name {record.name}"
    finding = Finding(what, f"is called {name} from now on" if owner else "gets it back")
    if repair:
        with engine.lock("container", record.id), locks.Lock(engine.layout.lock("names")):
            names.take(engine.layout, name, record.id)
            document = record.replace(name=name).to_json()
            jsonfile.write(f"{engine.layout.container(record.id)}/record.json", document)
        finding = finding.mended
    yield finding


def _uses(engine: Engine, record: ContainerRecord, repair: bool) -> Iterator[Finding]:
    """What a container uses, and nobody would know who removes it."""
    if lost := uses.missing(engine.layout, record):
        finding = Finding(f"container {record.name} is not noted as a user of {', '.join(lost)}", "is noted")
        if repair:
            uses.note(engine.layout, record)
            finding = finding.mended
        yield finding


def _layers(engine: Engine, container: Container, repair: bool) -> Iterator[Finding]:
    store = LayerStore(engine.layout)
    lost = [diff_id for diff_id in map(Digest.parse, container.record.layers) if not store.has(diff_id)]
    if not lost:
        return
    shown = ", ".join(diff_id.short for diff_id in lost)
    finding = Finding(f"container {container.name} has lost layer {shown} of its image", "is unpacked again")
    if repair:
        try:
            _rebuild(engine, container.record, lost)
            finding = finding.mended
        except (PodError, ValueError) as err:
            own = f"{engine.layout.container(container.id)}/upper"
            finding = Finding(
                finding.what, f"load or pull its image again ({err}); its own files are in {own}", by_hand=True
            )
    yield finding


def _rebuild(engine: Engine, record: ContainerRecord, lost: list[Digest]) -> None:
    from pod.engine.images.rebuild import rebuild_layers

    rebuild_layers(engine, ImageStore(engine.layout).by_manifest(Digest.parse(record.image_digest)), lost)


def _stray_names(engine: Engine, repair: bool) -> Iterator[Finding]:
    """Names that lead nowhere, and those that a killed rename left beside the one in the record."""
    try:
        found = sorted(os.listdir(engine.layout.names))
    except FileNotFoundError:
        return
    for name in found:
        owner = containers.owner_of_name(engine.layout, name)
        if owner and _is_or_may_be(engine, owner, name):
            continue
        finding = Finding(f"the name {name} is no container's", "is free again")
        if repair:
            with locks.Lock(engine.layout.lock("names")):
                files.remove_file(engine.layout.name(name))
            finding = finding.mended
        yield finding


def _is_or_may_be(engine: Engine, container_id: str, name: str) -> bool:
    try:
        return containers.load(engine.layout, container_id).name == name
    except PodError:
        return True
