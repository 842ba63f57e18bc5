"""Layers that a command uses which no document names yet: no collection removes them before that command is gone.

A pin is an empty file in the command's folder below `staging/`, and vanishes with that.
"""

from __future__ import annotations

import os

from pod.linux import ids
from pod.oci.digest import Digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pod.storage.layout import StorageLayout

_NAME = "pins"


class Pins:
    """The pins of one command, in the folder that is its own."""

    def __init__(self, folder: str) -> None:
        self._folder = f"{folder}/{_NAME}"
        os.makedirs(self._folder, exist_ok=True)

    def add(self, diff_ids: Iterable[Digest]) -> None:
        """Keep layers, which may be there already or come next."""
        for diff_id in diff_ids:
            os.close(os.open(f"{self._folder}/{diff_id.hex}", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))


def pinned(layout: StorageLayout) -> list[Digest]:
    """Return the layers that commands have pinned."""
    return [
        Digest(name)
        for owner in _names(layout.staging)
        for name in _names(f"{layout.staging}/{owner}/{_NAME}")
        if ids.is_id(name)
    ]


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
