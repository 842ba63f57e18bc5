"""vfs: every container gets a copy of its image. Works everywhere, and costs the disk what it costs.

The layers of an image are put together once, in `chains/`, and containers copy that: sharing the data where the
file system can (reflink). An image of one layer needs no chain of its own.
"""

from __future__ import annotations

import hashlib
import os

from pod.linux import files, jsonfile
from pod.linux import syscalls as sc
from pod.linux.locks import Lock
from pod.storage import tree_copy
from pod.storage.rootfs import RootMount
from pod.storage.staging import Staging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.storage.layout import StorageLayout


def prepare(layout: StorageLayout, container: str, layers: Sequence[str]) -> RootMount:
    """Copy the image into the container's folder, unless that has happened."""
    tree = f"{container}/tree"
    base = chain(layout, layers)
    if not os.path.exists(tree):
        unfinished = f"{container}/tree.unfinished"
        files.remove_tree(unfinished)
        os.mkdir(unfinished, 0o755)
        tree_copy.apply(base, unfinished)
        os.rename(unfinished, tree)
    return RootMount("/", "bind", (tree,), base=base)


def chain(layout: StorageLayout, layers: Sequence[str]) -> str:
    """Return a folder with all layers put together; it is made when it is missing."""
    if len(layers) == 1:
        return layers[0]
    names = [os.path.basename(os.path.dirname(layer)) for layer in layers]
    name = hashlib.sha256("\n".join(names).encode()).hexdigest()
    folder = f"{layout.chains}/{name}"
    if os.path.exists(folder):
        return f"{folder}/tree"
    with Lock(layout.lock("chain", name)):
        if not os.path.exists(folder):
            with Staging(layout, "chain") as staging:
                made = f"{staging.folder}/chain"
                files.make_folders(f"{made}/tree", 0o755)
                for layer in layers:
                    tree_copy.apply(layer, f"{made}/tree")
                jsonfile.write(f"{made}/chain.json", {"layers": names})
                files.make_folders(layout.chains)
                os.rename(made, folder)
    return f"{folder}/tree"


def forget_chains(layout: StorageLayout, layer: str) -> None:
    """Remove the chains that a layer (its name) is part of; called when the layer goes."""
    try:
        names = os.listdir(layout.chains)
    except FileNotFoundError:
        return
    for name in names:
        try:
            document = jsonfile.read(f"{layout.chains}/{name}/chain.json")
        except (FileNotFoundError, ValueError):
            document = {"layers": [layer]}
        if layer in document["layers"]:
            layout.discard(f"{layout.chains}/{name}")


def mount(entry: RootMount, target: str) -> None:
    """Show a folder at `target`, with what is mounted below it: the kernel would refuse to leave that out."""
    sc.mount(entry.lowers[0], target, None, sc.MS_BIND | sc.MS_REC)
    if entry.read_only:
        sc.mount_setattr(sc.AT_FDCWD, target, sc.AT_RECURSIVE, attr_set=sc.MOUNT_ATTR_RDONLY)
