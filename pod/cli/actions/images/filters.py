"""`--filter` of `images` and `image prune`: Docker's and Podman's conditions on images."""

from __future__ import annotations

from pod.cli.actions.images.patterns import fits_name
from pod.cli.filters import combine, parse_flag, split_label
from pod.cli.parsers.durations import parse_time
from pod.engine.images.list_images import created_ns
from pod.storage.images import ImageStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.cli.context import Context
    from pod.storage.images import Image

    Condition = Callable[[Image], bool]

PRUNING = ("dangling", "id", "label", "label!", "reference", "until")


def parse_filters(context: Context, texts: Sequence[str], known: Sequence[str] = ()) -> Condition:
    """Return the condition that all the filters make. Raises UsageError, and NoSuchImage for one to compare with."""
    return combine(texts, tuple(known) or FILTERS, lambda key, value: _MAKERS[key](context, value))


def _reference(_: Context, value: str) -> Condition:
    return lambda image: any(fits_name(value, name) for name in image.names)


def _no_reference(context: Context, value: str) -> Condition:
    fits = _reference(context, value)
    return lambda image: not fits(image)


def _id(_: Context, value: str) -> Condition:
    prefix = value.removeprefix("sha256:")
    return lambda image: image.id.hex.startswith(prefix)


def _digest(_: Context, value: str) -> Condition:
    prefix = value.removeprefix("sha256:")
    return lambda image: image.digest.hex.startswith(prefix)


def _label(_: Context, value: str) -> Condition:
    fits = split_label(value)
    return lambda image: fits(image.config.config.labels)


def _no_label(_: Context, value: str) -> Condition:
    fits = split_label(value)
    return lambda image: not fits(image.config.config.labels)


def _before(context: Context, value: str) -> Condition:
    limit = created_ns(ImageStore(context.engine.layout).get(value))
    return lambda image: created_ns(image) < limit


def _since(context: Context, value: str) -> Condition:
    limit = created_ns(ImageStore(context.engine.layout).get(value))
    return lambda image: created_ns(image) > limit


def _until(_: Context, value: str) -> Condition:
    moment = parse_time("--filter until", value)
    return lambda image: created_ns(image) < moment


def _dangling(_: Context, value: str) -> Condition:
    wanted = parse_flag("dangling", value)
    return lambda image: (not image.names) == wanted


def _containers(context: Context, value: str) -> Condition:
    from pod.engine.images.users import by_image

    used = by_image(context.engine.layout)
    wanted = parse_flag("containers", value)
    return lambda image: (str(image.id) in used) == wanted


def _none(_: Context, value: str) -> Condition:
    wanted = parse_flag("intermediate or readonly", value)  # pod has no such images
    return lambda _image: not wanted


_MAKERS: dict[str, Callable[[Context, str], Condition]] = {
    "after": _since,
    "before": _before,
    "containers": _containers,
    "dangling": _dangling,
    "digest": _digest,
    "id": _id,
    "intermediate": _none,
    "label": _label,
    "label!": _no_label,
    "readonly": _none,
    "reference": _reference,
    "reference!": _no_reference,
    "since": _since,
    "until": _until,
}
FILTERS = tuple(_MAKERS)
