"""Taking out of an upper folder what changes nothing, so that every storage driver makes the same layer of a step.

An overlay copies a file up when it is opened for writing, and its folder with it; it marks a folder that was removed
and made anew. A driver that compares trees sees nothing of that. Where builds are to be repeated elsewhere, what a
layer holds must not depend on it.
"""

from __future__ import annotations

import os
import stat

from pod.storage import tree_changes, whiteouts
from pod.storage.tree_walk import walk


def leave_out_unchanged(upper: str, lower: str) -> None:
    """Leave in an upper folder only what makes a difference to the tree `lower` that it lies over."""
    top, below = os.fsencode(upper), os.fsencode(lower)
    style = whiteouts.style_for(top)
    found = list(walk(top))
    for path, info in found:
        if stat.S_ISDIR(info.st_mode) and whiteouts.is_opaque(os.path.join(top, path)):
            _name_what_is_gone(os.path.join(top, path), os.path.join(below, path), style)
    for path, _info in reversed(list(walk(top))):  # what is in a folder before the folder
        _leave_out(os.path.join(top, path), os.path.join(below, path))


def _name_what_is_gone(folder: bytes, lower: bytes, style: whiteouts.Style) -> None:
    """Put a whiteout for each file below in place of the mark that hides them all."""
    whiteouts.clear_opaque(folder)
    try:
        hidden = set(os.listdir(lower)) if stat.S_ISDIR(os.lstat(lower).st_mode) else set()
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in sorted(hidden - set(os.listdir(folder))):
        style.remove(os.path.join(folder, name))


def _leave_out(path: bytes, lower: bytes) -> None:
    try:
        info = os.lstat(path)
        old = os.lstat(lower)
    except (FileNotFoundError, NotADirectoryError):
        if whiteouts.is_whiteout(os.lstat(path)):
            os.unlink(path)  # there is nothing to hide
        return
    if tree_changes.differ(info, old, path, lower):
        return
    if stat.S_ISDIR(info.st_mode):
        if not os.listdir(path):
            os.rmdir(path)
    elif info.st_nlink == 1:
        os.unlink(path)
