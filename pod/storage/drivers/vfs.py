"""vfs: every container gets a copy of its image. Works everywhere, and costs the disk what it costs.

The layers of an image are put together once (chains.py), and containers copy that: sharing the data where the file
system can (reflink).
"""

from __future__ import annotations

import os

from pod.linux import files
from pod.linux import syscalls as sc
from pod.storage import chains, tree_copy
from pod.storage.rootfs import RootMount

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.linux.idmap import IdMap
    from pod.storage.layout import StorageLayout


def prepare(layout: StorageLayout, container: str, layers: Sequence[str], ids: IdMap | None = None) -> RootMount:
    """Copy the image into the container's folder, unless that has happened."""
    tree = f"{container}/tree"
    base = chains.merged(layout, layers) if ids is None else chains.mapped(layout, layers, ids, refer=False).tree
    if not os.path.exists(tree):
        unfinished = f"{container}/tree.unfinished"
        files.remove_tree(unfinished)
        os.mkdir(unfinished, 0o755)
        tree_copy.apply(base, unfinished)
        os.rename(unfinished, tree)
    return RootMount("/", "bind", (tree,), base=base)


def mount(entry: RootMount, target: str) -> None:
    """Show a folder at `target`, with what is mounted below it: the kernel would refuse to leave that out."""
    sc.mount(entry.lowers[0], target, None, sc.MS_BIND | sc.MS_REC)
    if entry.read_only:
        sc.mount_setattr(sc.AT_FDCWD, target, sc.AT_RECURSIVE, attr_set=sc.MOUNT_ATTR_RDONLY)
