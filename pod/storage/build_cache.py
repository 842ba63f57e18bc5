"""What steps of builds have made: a document for each, under the key of all that the step depends on.

The layers that documents name stay in the store, whatever images come and go, until they are pruned.
"""

from __future__ import annotations

import os

from pod.linux import files, jsonfile
from pod.linux.locks import Lock
from pod.oci.digest import Digest
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.storage.layout import StorageLayout

VERSION = 1


class CachedStep(Record):
    """One document: the layer that a step made ("" where it changed nothing), and when."""

    _omit_defaults = True

    version: int
    created: str
    layer: str = ""  # diff id
    text: str = ""  # the instruction


class Stored(Record):
    """A document as it lies there: its key, and when it was last of use (seconds since the epoch)."""

    key: str
    used: float
    step: CachedStep


class BuildCache:
    """The documents of one store."""

    def __init__(self, layout: StorageLayout) -> None:
        self._layout = layout
        self.folder = f"{layout.build}/cache"

    def get(self, key: str) -> CachedStep | None:
        """Return what is known of a key and remember that it was of use; None where nothing is."""
        path = self._path(key)
        try:
            step = CachedStep.from_json(jsonfile.read(path))
            os.utime(path)
        except (OSError, ValueError):
            return None
        return step if step.version == VERSION else None

    def put(self, key: str, step: CachedStep) -> None:
        """Write a document. One that a crash of the machine takes along costs a step done again.

        First a file build/layers/HEX/KEY, by which the layer is known to be of use (`has_layer`).
        """
        files.make_folders(self.folder)
        self._note_layer(key, step)
        jsonfile.write(self._path(key), step.to_json(), durable=False)

    def note_layers(self) -> None:
        """Make these files good for documents that an older pod has written."""
        for stored in self.list():
            self._note_layer(stored.key, stored.step)

    def _note_layer(self, key: str, step: CachedStep) -> None:
        if step.layer:
            folder = self._of_layer(Digest.parse(step.layer))
            files.make_folders(folder)
            os.close(os.open(f"{folder}/{key}", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))

    def has_layer(self, diff_id: Digest) -> bool:
        """True where a document names the layer."""
        try:
            keys = os.listdir(self._of_layer(diff_id))
        except FileNotFoundError:
            return False
        return any(os.path.exists(self._path(key)) for key in keys)

    def forget_layer(self, diff_id: Digest) -> None:
        """Forget a layer that is gone from the store."""
        files.remove_tree(self._of_layer(diff_id))

    def _of_layer(self, diff_id: Digest) -> str:
        return f"{self._layout.build}/layers/{diff_id.hex}"

    def lock(self, key: str) -> Lock:
        """The lock that whoever does a step holds, so that others wait for the result."""
        return Lock(self._layout.lock("build", key))

    def layers(self) -> list[Digest]:
        """Return the layers that documents name."""
        return [Digest.parse(stored.step.layer) for stored in self.list() if stored.step.layer]

    def list(self) -> Iterator[Stored]:
        """Yield every document; broken ones are nobody's."""
        try:
            names = os.listdir(self.folder)
        except FileNotFoundError:
            return
        for name in names:
            path = f"{self.folder}/{name}"
            try:
                yield Stored(
                    name.removesuffix(".json"), os.stat(path).st_mtime, CachedStep.from_json(jsonfile.read(path))
                )
            except (OSError, ValueError):
                continue

    def remove(self, key: str) -> None:
        files.remove_file(self._path(key))

    def _path(self, key: str) -> str:
        return f"{self.folder}/{key}.json"
