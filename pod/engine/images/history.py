"""`history`: the steps that made an image, the last first."""

from __future__ import annotations

from pod.engine.images.sizes import layer_size
from pod.record import Record
from pod.storage.images import ImageStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine


class Step(Record):
    """One step; only the last one has an id, that of the image."""

    id: str
    created: str
    created_by: str
    size: int
    comment: str
    tags: tuple[str, ...]


def history(engine: Engine, name: str) -> list[Step]:
    """Return the image's steps, the newest first. Raises NoSuchImage."""
    image = ImageStore(engine.layout).get(name)
    sizes = iter([layer_size(engine.layout, image, number) for number in range(len(image.diff_ids))])
    steps = [
        Step("", step.created, step.created_by, 0 if step.empty_layer else next(sizes, 0), step.comment, ())
        for step in image.config.history
    ]
    steps += [Step("", "", "", size, "", ()) for size in sizes]  # layers that the history does not speak of
    if not steps:
        steps = [Step("", image.config.created, "", 0, "", ())]
    steps[-1] = steps[-1].replace(id=str(image.id), tags=image.names)
    return steps[::-1]
