"""The store of unpacked layers: layers/HEX/diff under the digest of the uncompressed archive, layer.json beside it.

A layer is complete once it is there: it is made in the staging folder and moved into place with its document. Layers
do not depend on each other, so that images share them and any can be made again from its blob.

What `run` needs is here; making layers is in new_layers, imported when it happens.
"""

from __future__ import annotations

import os

from pod.errors import StorageError
from pod.linux import files, jsonfile
from pod.linux.locks import Lock
from pod.oci.digest import Digest
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.storage.compression import Readable
    from pod.storage.layout import StorageLayout

VERSION = 1


class Layer(Record):
    """The document layer.json."""

    _omit_defaults = True

    version: int
    diff_id: Digest
    size: int  # of the regular files
    files: int
    created: str
    single_id: bool = False  # unpacked without subordinate ids: true owners are in owners.json
    archive_size: int = 0  # of the archive, where that has never been a blob


class LayerStore:
    """The unpacked layers of one store. Call everything that writes inside the user's namespace."""

    def __init__(self, layout: StorageLayout) -> None:
        self.layout = layout

    def has(self, diff_id: Digest) -> bool:
        """True where the layer is there, complete."""
        return os.path.exists(f"{self.layout.layer(diff_id)}/layer.json")

    def path(self, diff_id: Digest) -> str:
        """Return the folder with the layer's files. Whether it is there is what `has` and mounting find out."""
        return f"{self.layout.layer(diff_id)}/diff"

    def get(self, diff_id: Digest) -> Layer:
        """Read a layer's document. Raises StorageError when the layer is missing or its document broken."""
        path = f"{self.layout.layer(diff_id)}/layer.json"
        try:
            return Layer.from_json(jsonfile.read(path))
        except FileNotFoundError:
            raise StorageError(
                f"the store has lost layer {diff_id}", hint="remove the images that need it and load or pull them again"
            ) from None
        except ValueError as err:
            raise StorageError(f"{path} is broken: {err}", hint="remove the image and load or pull it again") from err

    def size(self, diff_id: Digest) -> int:
        """Return the size of the layer's files in bytes, as engines count an image's size."""
        return self.get(diff_id).size

    def list(self) -> tuple[Digest, ...]:
        """Return the layers that are there."""
        try:
            names = os.listdir(self.layout.layers)
        except FileNotFoundError:
            return ()
        return tuple(digest for digest in map(Digest, sorted(names)) if self.has(digest))

    def lock(self, diff_id: Digest) -> Lock:
        """The lock that whoever makes or removes the layer holds."""
        return Lock(self.layout.lock("layer", diff_id.hex))

    def add(
        self,
        diff_id: Digest,
        open_stream: Callable[[], Readable],
        *,
        single_id: bool,
        limit: int = 0,
        progress: Callable[[int], None] | None = None,
        note: Callable[[str], object] | None = None,
    ) -> Layer:
        """Unpack a layer from a stream, compressed or not, unless it is there already; see new_layers.add."""
        from pod.storage import new_layers

        return new_layers.add(
            self, diff_id, open_stream, single_id=single_id, limit=limit, progress=progress, note=note
        )

    def adopt(
        self, folder: str, timestamp: int | None = None, announce: Callable[[Digest], object] = lambda _diff_id: None
    ) -> Layer:
        """Move a finished tree (the upper folder of a container) into the store; see new_layers.adopt."""
        from pod.storage import new_layers

        return new_layers.adopt(self, folder, timestamp, announce)

    def lacks_owners(self, diff_id: Digest) -> bool:
        """True for a layer that was unpacked without subordinate ids: all its files belong to root so far."""
        return os.path.exists(f"{self.layout.layer(diff_id)}/owners.json") and self.get(diff_id).single_id

    def restore_owners(self, diff_id: Digest) -> None:
        """Give files their true owners, now that there are subordinate ids; see new_layers.restore_owners."""
        from pod.storage import new_layers

        new_layers.restore_owners(self, diff_id)

    def remove(self, diff_id: Digest) -> None:
        """Remove a layer. The caller has made sure that no image and no container needs it."""
        if rubbish := self.throw_away(diff_id):
            files.remove_tree(rubbish)

    def throw_away(self, diff_id: Digest) -> str:
        """Take a layer out of the store in one step; return the folder that is left to be deleted, "" for none."""
        from pod.storage import chains

        with self.lock(diff_id) as lock:
            chains.forget(self.layout, diff_id.hex)
            rubbish = self.layout.throw_away(self.layout.layer(diff_id))
            lock.remove()
            return rubbish

    def sweep(self) -> None:
        """Remove what killed processes left unfinished."""
        from pod.storage import staging

        staging.sweep(self.layout)
