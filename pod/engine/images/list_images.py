"""`images`: what the store has."""

from __future__ import annotations

from pod.errors import StorageError
from pod.linux import times
from pod.storage import host_image, host_registration
from pod.storage.images import ImageStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.storage.images import Entry, Image


def list_images(engine: Engine) -> list[Image]:
    """Return every image once, the newest first, the embedded one among them. A broken one is told of and left out."""
    store = ImageStore(engine.layout)
    named: dict[str, list[Entry]] = {}
    for entry in store.entries():
        named.setdefault(entry.id.hex, []).append(entry)
    images = []
    for same in named.values():
        entry = same[-1]
        try:
            images.append(store.image(entry, same))
        except (StorageError, ValueError) as err:
            engine.notify(f"image {entry.name or entry.id.short} is left out: {err}")
    if not any(host_image.NAME in image.names for image in images):
        images.append(host_registration.present())
    return sorted(images, key=created_ns, reverse=True)


def created_ns(image: Image) -> int:
    """Return when an image was made, in nanoseconds since 1970; 0 where it does not say."""
    try:
        return times.to_ns(image.config.created)
    except ValueError:
        return 0
