"""What no image and no container needs any more: blobs, unpacked layers, and what killed commands left behind."""

from __future__ import annotations

from pod.engine.images import users
from pod.errors import PodError, StorageError
from pod.storage.image_changes import ImageChanges, needed, remove_blobs, unneeded_layers
from pod.storage.images import ImageStore
from pod.storage.layers import LayerStore
from pod.storage.staging import sweep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine


def collect(engine: Engine) -> int:
    """Remove garbage and return how many bytes that frees, as blobs and unpacked files."""
    engine.enter()
    with ImageChanges(ImageStore(engine.layout)) as changes:
        freed = collect_locked(engine, changes)
    sweep(engine.layout)
    return freed


def collect_quietly(engine: Engine) -> None:
    """Collect after a failure, which is what the user should hear of: garbage that stays waits for the next time."""
    try:
        collect(engine)
    except (PodError, OSError):
        pass


def collect_locked(engine: Engine, changes: ImageChanges) -> int:
    """Do the same for a caller that holds the store's lock and is in the user's namespace; the index is written first.

    A layer that a load has unpacked and not yet listed may go as well: the load notices and unpacks it again.
    """
    changes.write()
    wanted = needed(ImageStore(engine.layout), *users.kept(engine.layout))
    layers = LayerStore(engine.layout)
    freed = remove_blobs(engine.layout, wanted)
    for diff_id in unneeded_layers(engine.layout, wanted):
        try:
            freed += layers.size(diff_id)
        except StorageError:
            pass  # unfinished or broken: its size is nobody's business
        layers.remove(diff_id)
    return freed
