"""`untag`: take names from an image, which stays."""

from __future__ import annotations

from pod.engine import events
from pod.storage.image_changes import ImageChanges
from pod.storage.images import ImageStore, find_name, no_such_image

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.engine.engine import Engine


def untag(engine: Engine, image: str, names: Sequence[str] = ()) -> None:
    """Take the names away, or all of the image's if none is given. Raises NoSuchImage for a name it does not have."""
    store = ImageStore(engine.layout)
    store.list_embedded([image])
    with ImageChanges(store) as changes:
        entry = changes.find(image)
        own = tuple(other for other in changes.of_image(entry.id) if other.name)
        chosen = list(own)
        if names:
            chosen = []
            for name in names:
                found = find_name(name, own)
                if found is None:
                    raise no_such_image(name, own)
                chosen.append(found)
        chosen = list({named.name: named for named in chosen}.values())
        for named in chosen:
            changes.untag(named)
    for named in chosen:
        events.image(engine.layout, "untag", str(named.id), named.name)
