"""`image tree`: an image's layers from the lowest to the top, and which images end at each of them."""

from __future__ import annotations

from pod.engine.images.list_images import list_images
from pod.engine.images.sizes import layer_size
from pod.oci.digest import Digest
from pod.record import Record
from pod.storage.images import ImageStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.storage.images import Image


class TreeLayer(Record):
    """One layer: its diff id, its size, and the names (or ids) of images of which it is the top."""

    id: Digest
    size: int
    top_of: tuple[str, ...]


class ImageTree(Record):
    """An image and its layers."""

    image: Image
    layers: tuple[TreeLayer, ...]
    above: tuple[Image, ...]  # images that begin with all its layers


def tree(engine: Engine, name: str) -> ImageTree:
    """Return the layers of an image. Raises NoSuchImage."""
    image = ImageStore(engine.layout).get(name)
    images = list_images(engine)
    layers = []
    for number, diff_id in enumerate(image.diff_ids):
        chain = image.diff_ids[: number + 1]
        top_of = tuple(name for other in images if other.diff_ids == chain for name in other.names or (other.id.short,))
        layers.append(TreeLayer(diff_id, layer_size(engine.layout, image, number), top_of))
    count = len(image.diff_ids)
    above = tuple(other for other in images if len(other.diff_ids) > count and other.diff_ids[:count] == image.diff_ids)
    return ImageTree(image, tuple(layers), above)
