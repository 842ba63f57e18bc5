"""`tag`: give an image further names."""

from __future__ import annotations

from pod.engine import events
from pod.errors import InvalidReference
from pod.linux import times
from pod.oci.reference import Reference
from pod.storage.image_changes import ImageChanges
from pod.storage.images import ImageStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.engine.engine import Engine


def tag(engine: Engine, image: str, names: Sequence[str]) -> None:
    """Give the image all the names; another image that has one loses it. Raises NoSuchImage, InvalidReference."""
    wanted = [full_name(name) for name in names]
    store = ImageStore(engine.layout)
    store.list_embedded([image])
    with ImageChanges(store) as changes:
        entry = changes.find(image)
        for name in wanted:
            changes.tag(entry, name, times.now())
    for name in wanted:
        events.image(engine.layout, "tag", str(entry.id), name)


def full_name(name: str) -> str:
    """Return the full form of a name that an image is to have: registry, path and tag. Raises InvalidReference."""
    reference = Reference.parse(name)
    if reference.digest is not None:
        raise InvalidReference(f"invalid name {name!r:.200}: a digest is computed, not given")
    return str(reference.with_default_tag())
