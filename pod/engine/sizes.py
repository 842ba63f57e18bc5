"""How much space a container takes: its own files, and those of its image with them."""

from __future__ import annotations

import os

from pod.engine import rootfs
from pod.oci.digest import Digest
from pod.storage import rootfs as storage
from pod.storage.layers import LayerStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.containers import Container
    from pod.engine.engine import Engine


def container_size(engine: Engine, container: Container) -> tuple[int, int]:
    """Return the bytes that the container's own changes take, and those with its image's layers."""
    engine.enter()
    plan = rootfs.plan_of(engine, container.record)
    own = sum(tree_size(upper) for _target, upper in storage.diff_folders(plan))
    store = LayerStore(engine.layout)
    return own, own + sum(store.size(Digest.parse(diff_id)) for diff_id in container.record.layers)


def tree_size(path: str) -> int:
    """Return the sizes of all files below a folder, hard links counted once. Vanishing files count nothing."""
    total = 0
    seen: set[tuple[int, int]] = set()
    pending = [path]
    while pending:
        try:
            entries = list(os.scandir(pending.pop()))
        except FileNotFoundError:
            continue
        for entry in entries:
            try:
                info = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if entry.is_dir(follow_symlinks=False):
                pending.append(entry.path)
            elif (info.st_dev, info.st_ino) not in seen:
                seen.add((info.st_dev, info.st_ino))
                total += info.st_size
    return total


def disk_blocks(path: str) -> int:
    """Return the bytes that a folder and all below it take on disk, as `du -s` counts them: hard links once.

    File systems that are mounted there count nothing.
    """
    top = os.lstat(path)
    total = top.st_blocks * 512
    seen: set[tuple[int, int]] = set()
    pending = [path]
    while pending:
        try:
            entries = list(os.scandir(pending.pop()))
        except (FileNotFoundError, NotADirectoryError):
            continue
        for entry in entries:
            try:
                info = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if info.st_dev != top.st_dev or (info.st_nlink > 1 and (info.st_dev, info.st_ino) in seen):
                continue
            total += info.st_blocks * 512
            if entry.is_dir(follow_symlinks=False):
                pending.append(entry.path)
            elif info.st_nlink > 1:
                seen.add((info.st_dev, info.st_ino))
    return total
