"""`builder prune`: forget steps, and remove the layers that then nobody needs, cache mounts and notes on contexts."""

from __future__ import annotations

import os
import time

from pod.engine.images import garbage
from pod.engine.sizes import tree_size
from pod.errors import StorageError
from pod.linux import files
from pod.linux.locks import Lock
from pod.oci.digest import Digest
from pod.record import Record
from pod.storage.build_cache import BuildCache
from pod.storage.images import ImageStore
from pod.storage.layers import LayerStore
from pod.storage.reachable import needed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.storage.build_cache import Stored


class Pruned(Record):
    """What went: the instructions whose results are forgotten, and the bytes."""

    steps: tuple[str, ...]
    freed: int


class Usage(Record):
    """What one step keeps: its layer's bytes, whether an image has that, too, and when it was last of use."""

    key: str
    text: str
    size: int
    used: float
    in_image: bool


def usage(engine: Engine) -> list[Usage]:
    """Return what every step keeps, that of last use first."""
    engine.enter()
    in_images = needed(ImageStore(engine.layout)).layers
    layers = LayerStore(engine.layout)
    found = sorted(BuildCache(engine.layout).list(), key=lambda one: -one.used)
    return [
        Usage(one.key, one.step.text, _size(layers, one), one.used, one.step.layer.removeprefix("sha256:") in in_images)
        for one in found
    ]


def prune(engine: Engine, *, everything: bool = False, older_than: float = 0.0, keep: int = 0) -> Pruned:
    """Remove what builds keep for later: all that was of no use for `older_than` seconds.

    What images have is forgotten only with `everything`. The steps of last use, up to `keep` bytes, stay.
    """
    engine.enter()
    cache = BuildCache(engine.layout)
    before = time.time() - older_than
    in_images = needed(ImageStore(engine.layout)).layers
    layers = LayerStore(engine.layout)
    steps = []
    freed = 0
    for stored in sorted(cache.list(), key=lambda one: -one.used):
        size = _size(layers, stored)
        is_used = stored.step.layer.removeprefix("sha256:") in in_images
        if stored.used > before or (is_used and not everything):
            continue
        if keep and not is_used and size <= keep:
            keep -= size
            continue
        cache.remove(stored.key)
        steps.append(stored.step.text)
        freed += 0 if is_used else size
    freed += sum(_remove_mount(engine, f"{engine.layout.build}/mounts/{name}", before) for name in _mounts(engine))
    files.remove_tree(f"{engine.layout.build}/digests")
    garbage.collect(engine)
    return Pruned(tuple(steps), freed)


def _size(layers: LayerStore, stored: Stored) -> int:
    try:
        return layers.size(Digest.parse(stored.step.layer)) if stored.step.layer else 0
    except StorageError:
        return 0


def _mounts(engine: Engine) -> list[str]:
    try:
        return os.listdir(f"{engine.layout.build}/mounts")
    except FileNotFoundError:
        return []


def _remove_mount(engine: Engine, path: str, before: float) -> int:
    """Remove the folder of a cache mount that no build uses now; return its size."""
    if os.stat(path).st_mtime > before:
        return 0
    lock = Lock(engine.layout.lock("build-mount", os.path.basename(path)))
    if not lock.acquire(wait=False):
        return 0
    try:
        size = tree_size(path)
        engine.layout.discard(path)
        return size
    finally:
        lock.release()
