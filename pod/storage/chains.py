"""Chains: the layers of an image put together in one folder, made once and shared by the containers that need it.

The vfs driver copies containers from them. For a container with a user namespace of its own they hold the files with
the owners that this namespace shows right; where the kernel's overlay can, such a chain has no data but names those of
the layers (tree_copy.py), and costs an inode per file.

    chains/HEX/tree/        the files
    chains/HEX/chain.json   which layers, and whether the data are theirs
"""

from __future__ import annotations

import hashlib
import os

from pod.linux import files, jsonfile
from pod.linux.locks import Lock
from pod.record import Record
from pod.storage import id_shift, tree_copy
from pod.storage.staging import Staging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.linux.idmap import IdMap
    from pod.storage.id_shift import Ids
    from pod.storage.layout import StorageLayout


class Chain(Record):
    """A folder with all layers, and the folders that hold its data, topmost first: () where it has them itself."""

    tree: str
    data: tuple[str, ...] = ()


def merged(layout: StorageLayout, layers: Sequence[str]) -> str:
    """Return a folder with all layers put together; it is made when it is missing. One layer needs none."""
    if len(layers) == 1:
        return layers[0]
    name = hashlib.sha256("\n".join(_names(layers)).encode()).hexdigest()
    return f"{_made(layout, name, layers)}/tree"


def mapped(layout: StorageLayout, layers: Sequence[str], ids: IdMap, *, refer: bool) -> Chain:
    """Return a chain in which an owner is the id that `ids` maps it to; it is made when it is missing.

    With `refer` its data stay in the layers, if the kernel's overlay takes that.
    """
    wanted = "\n".join((*_names(layers), repr(ids)))
    for with_data in (False, True) if refer else (True,):
        name = hashlib.sha256(f"{wanted} {with_data}".encode()).hexdigest()
        if not os.path.exists(f"{layout.chains}/{name}") and not with_data and not _overlay_finds_data(layout):
            continue
        tree = f"{_made(layout, name, layers, id_shift.outward(ids), refer=not with_data)}/tree"
        return Chain(tree, () if with_data else tuple(dict.fromkeys(reversed(layers))))
    raise AssertionError("a chain with its own data is always possible")


def _overlay_finds_data(layout: StorageLayout) -> bool:
    from pod.storage.drivers import probe

    return not probe.try_data_layers(layout)


def _names(layers: Sequence[str]) -> list[str]:
    return [os.path.basename(os.path.dirname(layer)) for layer in layers]


def _made(
    layout: StorageLayout, name: str, layers: Sequence[str], ids: Ids | None = None, *, refer: bool = False
) -> str:
    folder = f"{layout.chains}/{name}"
    if os.path.exists(folder):
        return folder
    with Lock(layout.lock("chain", name)):
        if not os.path.exists(folder):
            with Staging(layout, "chain") as staging:
                made = f"{staging.folder}/chain"
                files.make_folders(f"{made}/tree", 0o755)
                for layer in layers:
                    tree_copy.apply(layer, f"{made}/tree", ids, refer=refer)
                jsonfile.write(f"{made}/chain.json", {"layers": _names(layers)})
                files.make_folders(layout.chains)
                os.rename(made, folder)
    return folder


def forget(layout: StorageLayout, layer: str) -> None:
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
