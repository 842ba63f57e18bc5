"""How large images are: the sum of their unpacked layers, as Docker and Podman count."""

from __future__ import annotations

import os

from pod.errors import StorageError
from pod.storage.layers import LayerStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.storage.images import Image
    from pod.storage.layout import StorageLayout


def image_size(layout: StorageLayout, image: Image) -> int:
    """Return the size of an image in bytes."""
    return sum(layer_size(layout, image, number) for number in range(len(image.diff_ids)))


def layer_size(layout: StorageLayout, image: Image, number: int) -> int:
    """Return the size of one layer's files; that of its archive where it is not unpacked, 0 where it is lost."""
    try:
        return LayerStore(layout).size(image.diff_ids[number])
    except StorageError:
        pass
    try:
        return os.stat(layout.blob(image.manifest.layers[number].digest)).st_size
    except (FileNotFoundError, IndexError):
        return 0
