"""A context as RUN --mount=type=bind shows it: without what its ignore file hides."""

from __future__ import annotations

import os

from pod.build.tree import Tree
from pod.linux import files
from pod.storage import rootfs, tree_copy, whiteouts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.build.context import Context


def layers_of(context: Context, driver: str, place: str) -> list[str]:
    """Return the folders that show the context when they are put together, lowest first; new ones are below `place`.

    What is hidden is covered with whiteouts, so that nothing is copied; the vfs driver, which has no layers, copies.
    """
    if not context.ignore.rules:
        return [context.path]
    cover = f"{place}/hidden"
    files.make_folders(cover)
    _cover(Tree(context.path, context.ignore), "", cover)
    if driver != rootfs.VFS:
        return [context.path, cover]
    copied = f"{place}/copied"
    files.make_folders(copied)
    for layer in (context.path, cover):
        tree_copy.apply(layer, copied)
    return [copied]


def _cover(tree: Tree, folder: str, cover: str) -> None:
    """Put whiteouts into `cover` for all that is hidden in a folder, and a folder of the same mode where some is."""
    for name in tree.names(folder or "."):
        path = f"{folder}/{name}" if folder else name
        hidden = tree.ignore.hides(path)
        target = os.fsencode(f"{cover}/{name}")
        if hidden and not tree.ignore.may_show_below(path):
            whiteouts.DeviceWhiteouts().remove(target)
        elif (mode := tree.folder_mode(path)) is not None:
            os.mkdir(target)
            _cover(tree, path, os.fsdecode(target))
            if os.listdir(target):
                os.chmod(target, mode)
            else:
                os.rmdir(target)
        elif hidden:
            whiteouts.DeviceWhiteouts().remove(target)
