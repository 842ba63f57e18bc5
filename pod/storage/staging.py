"""Unfinished work: folders below `staging/` that vanish with their maker, whatever happens to it.

The maker holds an flock on its folder for as long as it (or a child of it) lives. A sweep removes a folder only where
the process in its name is gone and nobody holds that lock: the lock covers makers in other pid namespaces, the pid
covers the instant between making the folder and locking it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time

from pod.linux import files, process
from pod.storage import leftovers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from pod.storage.layout import StorageLayout

_DYING = 2.0  # seconds that the children of a killed process have to end, as the kernel makes them
_begun: dict[str, StorageLayout] = {}
"""The folders of this process, removed or not; a forked child finds those of its parent there as well."""


class Staging:
    """`with Staging(layout, "load") as staging:` gives the block a folder, `staging.folder`, removed in the end."""

    def __init__(self, layout: StorageLayout, purpose: str) -> None:
        self.layout = layout
        self.folder = layout.staging_name(purpose)
        _begun[self.folder] = layout
        files.make_folders(self.folder)
        self._lock = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        files.remove_tree(self.folder)
        os.close(self._lock)


def clear_away(*, interrupted: bool) -> None:
    """Remove what a signal has kept this process, and those of its children that have ended, from removing.

    The exception of a handler comes up anywhere: between making a folder and the block, or in the middle of removing.
    For a command at its end, all its blocks left. What cannot be removed yet is left to a sweep.
    """
    begun = {path: layout for path, layout in _begun.items() if _pid(path) == os.getpid()}
    try:
        for path, layout in begun.items():
            if interrupted and _may_have_left_layers(path):
                leftovers.suspect(layout)
            files.remove_tree(path)
        for layout in [*begun.values()][-1:]:
            _wait_for_the_dying(layout)
            sweep(layout)
    except OSError:
        pass


def _wait_for_the_dying(layout: StorageLayout) -> None:
    deadline = time.monotonic() + _DYING
    while any(map(_has_heirs, entries(layout))) and time.monotonic() < deadline:
        time.sleep(0.01)


def _has_heirs(path: str) -> bool:
    """True where whoever made a folder is gone, and somebody forked from that process is not, or not yet."""
    return not _maker_lives(path) and _is_locked(path)


def sweep(layout: StorageLayout) -> None:
    """Remove what killed processes left in `staging/` and `trash/`. Call it inside the user's namespace."""
    for path in entries(layout):
        if is_abandoned(path):
            if _may_have_left_layers(path):
                leftovers.suspect(layout)
            files.remove_tree(path)


def entries(layout: StorageLayout) -> list[str]:
    """Return what lies in `staging/` and `trash/`."""
    return [f"{folder}/{name}" for folder in (layout.staging, layout.trash) for name in _names(folder)]


def is_abandoned(path: str) -> bool:
    """True where whoever made, or was deleting, a folder in `staging/` or `trash/` is gone."""
    return not _maker_lives(os.path.basename(path)) and not _is_locked(path)


def _may_have_left_layers(path: str) -> bool:
    """True for a command that brings layers into the store: those of a killed one are no image's."""
    folder, name = os.path.split(path)
    return folder.endswith("/staging") and not name.startswith(("create.", "volume."))


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []


def _maker_lives(name: str) -> bool:
    pid = _pid(name)
    return pid > 0 and process.is_running(pid)


def _pid(path: str) -> int:
    """Return the pid in the name of a folder, 0 where there is none."""
    parts = os.path.basename(path).split(".")
    return int(parts[-2]) if len(parts) >= 2 and parts[-2].isdecimal() else 0


def _is_locked(path: str) -> bool:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except (FileNotFoundError, PermissionError):
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as err:
        if err.errno not in (errno.EAGAIN, errno.EACCES):
            raise
        return True
    finally:
        os.close(fd)
    return False
