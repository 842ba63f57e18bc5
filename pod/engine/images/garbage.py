"""What no image and no container needs any more: blobs, unpacked layers, and what killed commands left behind."""

from __future__ import annotations

from pod.engine.images import users
from pod.errors import PodError, StorageError
from pod.linux import files
from pod.record import Record
from pod.storage.image_changes import ImageChanges, needed, remove_blobs, unneeded_blobs, unpacked_layers
from pod.storage.images import ImageStore
from pod.storage.layers import LayerStore
from pod.storage.staging import sweep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine


class Collected(Record):
    """What a collection found: the bytes that it frees, and the folders that are left to be deleted."""

    freed: int
    rubbish: tuple[str, ...]


def collect(engine: Engine) -> None:
    """Remove garbage."""
    engine.enter()
    with ImageChanges(ImageStore(engine.layout)) as changes:
        collected = collect_locked(engine, changes)
    delete(engine, collected)


def unused(engine: Engine) -> int:
    """Return how many blobs and layers the next collection would remove."""
    store = ImageStore(engine.layout)
    with store.lock():
        there = unpacked_layers(engine.layout)
        wanted = needed(store, *users.kept(engine.layout))
        layers = [diff_id for diff_id in there if diff_id.hex not in wanted.layers]
        return len(unneeded_blobs(engine.layout, wanted)) + len(layers)


def collect_quietly(engine: Engine) -> None:
    """Collect after a failure, which is what the user should hear of: garbage that stays waits for the next time."""
    try:
        collect(engine)
    except (PodError, OSError):
        pass


def collect_locked(engine: Engine, changes: ImageChanges) -> Collected:
    """Take garbage out of the store, for a caller that holds its lock and is in the user's namespace.

    The index is written first. A layer that a load has unpacked and not yet listed may go as well: the load notices
    and unpacks it again. Deleting takes its time and is left for after the lock: `delete`.
    """
    changes.write()
    there = unpacked_layers(engine.layout)
    wanted = needed(ImageStore(engine.layout), *users.kept(engine.layout))
    layers = LayerStore(engine.layout)
    freed = remove_blobs(engine.layout, wanted)
    rubbish = []
    for diff_id in there:
        if diff_id.hex in wanted.layers:
            continue
        try:
            freed += layers.size(diff_id)
        except StorageError:
            pass  # unfinished or broken: its size is nobody's business
        rubbish.append(layers.throw_away(diff_id))
    return Collected(freed, tuple(filter(None, rubbish)))


def delete(engine: Engine, collected: Collected) -> None:
    """Delete what a collection took out of the store, and what killed commands have left there."""
    for path in collected.rubbish:
        files.remove_tree(path)
    sweep(engine.layout)
