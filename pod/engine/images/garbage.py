"""What no image and no container needs any more: blobs, unpacked layers, and what killed commands left behind."""

from __future__ import annotations

import contextlib

from pod.engine import containers, uses
from pod.engine.images import users
from pod.errors import NoSuchContainer, PodError, StorageError
from pod.linux import files
from pod.oci.digest import Digest
from pod.oci.manifest import IMAGE_ID, PARTS
from pod.record import Record
from pod.storage import image_lookup, index_file, leftovers
from pod.storage.build_cache import BuildCache
from pod.storage.image_changes import ImageChanges
from pod.storage.images import ImageStore
from pod.storage.layers import LayerStore
from pod.storage.pins import pinned
from pod.storage.reachable import needed, part, reachable, remove_blobs, unneeded_blobs, unpacked_layers
from pod.storage.staging import sweep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pod.engine.engine import Engine
    from pod.oci.manifest import Descriptor
    from pod.storage.layout import StorageLayout


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
        with contextlib.suppress(OSError):  # a full disk, most likely: then nothing can be noted either
            leftovers.suspect(engine.layout)


def collect_locked(engine: Engine, changes: ImageChanges) -> Collected:
    """Take garbage out of the store, for a caller that holds its lock and is in the user's namespace.

    The index is written first. A layer that a load has unpacked and not yet listed may go as well: the load notices
    and unpacks it again. Deleting takes its time and is left for after the lock: `delete`.
    """
    suspected = leftovers.suspicion(engine.layout)
    if changes.tell_parts():  # an older pod's store
        BuildCache(engine.layout).note_layers()
    changes.write()
    there = unpacked_layers(engine.layout)
    wanted = needed(ImageStore(engine.layout), *users.kept(engine.layout))
    freed = remove_blobs(engine.layout, unneeded_blobs(engine.layout, wanted))
    collected = _throw_away(engine.layout, (diff_id for diff_id in there if diff_id.hex not in wanted.layers))
    for image in leftovers.every(engine.layout):
        if image.digest.hex not in wanted.blobs:
            leftovers.forget(engine.layout, image.digest.hex)
    uses.sweep_images(engine.layout)
    leftovers.settle(engine.layout, suspected)
    return collected.replace(freed=collected.freed + freed)


def collect_leftovers(engine: Engine, changes: ImageChanges) -> Collected:
    """The same for what removed images alone needed, without looking at every image, container and blob.

    What the listed images have stands in the index. Everything is looked at where that does not tell, or where
    somebody was killed who brought layers.
    """
    changes.write()
    layout = engine.layout
    index = changes.text
    left = [*leftovers.every(layout), *map(index_file.understood, changes.unnoted)]
    if leftovers.suspicion(layout) or not image_lookup.is_clear_of_parts(index) or not all(map(_is_told, left)):
        return collect_locked(engine, changes)
    gone = [image for image in left if not _is_in_use(layout, image)]
    index += b"".join(index_file.line(image) for image in left if image not in gone)
    freed, layers = 0, set()
    store = ImageStore(layout)
    for image in gone:
        if image.digest.hex.encode() not in index:  # else it was loaded or pulled again
            parts = reachable(store, [image.digest])
            freed += remove_blobs(layout, (hex_ for hex_ in parts.blobs if part(hex_).encode() not in index))
            layers |= {hex_ for hex_ in parts.layers if part(hex_).encode() not in index}
    collected = _throw_away(layout, map(Digest, layers - _needed_by_builds(layout, layers)))
    for image in gone:
        leftovers.forget(layout, image.digest.hex)
        uses.forget_object(layout, uses.IMAGES, image.annotations[IMAGE_ID].removeprefix("sha256:"))
    return collected.replace(freed=collected.freed + freed)


def _is_told(image: Descriptor) -> bool:
    return IMAGE_ID in image.annotations and PARTS in image.annotations


def _is_in_use(layout: StorageLayout, image: Descriptor) -> bool:
    """True where containers need the parts of an image that is listed no more."""
    image_id, digest = image.annotations[IMAGE_ID], str(image.digest)
    noted = (
        *uses.ids_of(layout, uses.IMAGES, image_id.removeprefix("sha256:")),
        *uses.ids_of(layout, uses.MANIFESTS, image.digest.hex),
    )
    for container_id in noted:
        try:
            record = containers.load(layout, container_id).record
        except NoSuchContainer:
            continue
        except StorageError:
            return True  # nobody can tell
        if record.image == image_id or any(mount.image_digest == digest for mount in record.mounts):
            return True
    return False


def _needed_by_builds(layout: StorageLayout, layers: set[str]) -> set[str]:
    """Return those layers that a build uses or may use again."""
    pins = {diff_id.hex for diff_id in pinned(layout)}
    cache = BuildCache(layout)
    return {hex_ for hex_ in layers if hex_ in pins or cache.has_layer(Digest(hex_))}


def _throw_away(layout: StorageLayout, diff_ids: Iterable[Digest]) -> Collected:
    layers, cache = LayerStore(layout), BuildCache(layout)
    freed, rubbish = 0, []
    for diff_id in diff_ids:
        try:
            freed += layers.size(diff_id)
        except StorageError:
            pass  # unfinished or broken: its size is nobody's business
        rubbish.append(layers.throw_away(diff_id))
        cache.forget_layer(diff_id)
    return Collected(freed, tuple(filter(None, rubbish)))


def delete(engine: Engine, collected: Collected) -> None:
    """Delete what a collection took out of the store, and what killed commands have left there."""
    for path in collected.rubbish:
        files.remove_tree(path)
    sweep(engine.layout)
