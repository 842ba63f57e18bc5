"""The folders of this machine that the image `host` takes in, as further mounts of a container's root.

An overlay does not cross the mount points below it and refuses layers that overlap, so each such folder is one of
its own: the machine's folder at the bottom, above it one with nothing but its subfolders, which belong to root, so that
files can be made in them. What is in them belongs to nobody: the machine's root is not mapped into the user's
namespace.
"""

from __future__ import annotations

import os

from pod.linux import files, jsonfile
from pod.record import Record
from pod.storage.rootfs import FUSE, HOST_TREES, OVERLAY, VFS, RootMount

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION = 1


class HostTree(Record):
    """One folder of the machine."""

    target: str  # where the container sees it: /usr
    source: str  # where the machine has it
    folders: str  # the name of the folder with its subfolders, beside the document


class HostTrees(Record):
    """The document host.json, beside the lowest layer of the image."""

    version: int
    trees: tuple[HostTree, ...]


def prepare(driver: str, container: str, layers: Sequence[str], *, volatile: bool, read_only: bool) -> list[RootMount]:
    """Return the mounts of the host's trees for a container, with folders of its own for what it changes there."""
    mounts = []
    for tree, lowers in _lowers(layers):
        if driver == VFS:
            mounts.append(RootMount(tree.target, "bind", (tree.source,), read_only=True))
            continue
        own = f"{container}/trees/{tree.folders}"
        for folder in (f"{own}/upper", f"{own}/work"):
            files.make_folders(folder, 0o755)
        made = _overlay(driver, tree, lowers, read_only)
        options = (*made.options, "volatile") if volatile and driver == OVERLAY else made.options
        mounts.append(made.replace(upper=f"{own}/upper", work=f"{own}/work", options=options))
    return mounts


def view(driver: str, layers: Sequence[str]) -> list[RootMount]:
    """Return the mounts for looking at the image."""
    if driver == VFS:
        return [RootMount(tree.target, "bind", (tree.source,), read_only=True) for tree, _ in _lowers(layers)]
    return [_overlay(driver, tree, lowers, True) for tree, lowers in _lowers(layers)]


def _overlay(driver: str, tree: HostTree, lowers: tuple[str, ...], read_only: bool) -> RootMount:
    options = ("squash_to_root",) if driver == FUSE else ()
    return RootMount(tree.target, driver, lowers, read_only=read_only, options=options)


def _lowers(layers: Sequence[str]) -> list[tuple[HostTree, tuple[str, ...]]]:
    """Return each tree with its layers, topmost first: images made from `host` have more than its own."""
    beside = os.path.dirname(layers[0])
    found = []
    for tree in read(beside):
        above = [path for path in (f"{layer}{tree.target}" for layer in reversed(layers[1:])) if os.path.isdir(path)]
        found.append((tree, (*above, f"{beside}/folders/{tree.folders}", tree.source)))
    return found


def read(beside: str) -> tuple[HostTree, ...]:
    """Return the trees listed in the folder of the layer."""
    return HostTrees.from_json(jsonfile.read(f"{beside}/{HOST_TREES}")).trees
