"""How large a container is: what it wrote, and that together with its image."""

from __future__ import annotations

import os

from pod.engine.images.sizes import image_size
from pod.errors import NoSuchImage
from pod.storage.images import ImageStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.containers import Container
    from pod.engine.engine import Engine


def container_size(engine: Engine, container: Container) -> tuple[int, int]:
    """Return the bytes that the container wrote, and those of all that it can see, as `ps -s` shows them."""
    engine.enter()
    own = _size_below(f"{engine.layout.container(container.id)}/upper")
    try:
        image = image_size(engine.layout, ImageStore(engine.layout).get(container.record.image))
    except NoSuchImage:
        image = 0  # it was removed by force, or is embedded
    return own, own + image


def _size_below(folder: str) -> int:
    """Return the size of the files below a folder; what goes away meanwhile does not count."""
    total = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    total += _size_below(entry.path)
                else:
                    total += entry.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        pass
    return total
