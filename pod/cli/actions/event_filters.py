"""`--filter` of `events`."""

from __future__ import annotations

from pod.cli.actions.event_rows import full_image, words
from pod.cli.filters import combine, split_label
from pod.engine.events import CONTAINER, IMAGE, NETWORK, POD, VOLUME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.engine.events import Event

    Condition = Callable[[Event], bool]


def parse_filters(texts: Sequence[str]) -> Condition:
    """Return the condition that all the filters make. Raises UsageError that lists the filters that exist."""
    return combine(texts, FILTERS, lambda key, value: _MAKERS[key](value))


def _container(value: str) -> Condition:
    return lambda event: event.type == CONTAINER and _is_named(event, value)


def _is_named(event: Event, value: str) -> bool:
    return bool(value) and (event.name == value.removeprefix("/") or event.id.startswith(value))


def _event(value: str) -> Condition:
    return lambda event: value in words(event)


def _image(value: str) -> Condition:
    def fits(event: Event) -> bool:
        if event.type == IMAGE:
            prefix = value.removeprefix("sha256:")
            return _is_image(event.name, value) or (bool(prefix) and event.id.startswith(prefix))
        return value == event.image or _is_image(full_image(event), value)

    return fits


def _is_image(name: str, wanted: str) -> bool:
    """Tell whether a full name is what a shorter one means; without a tag, any tag."""
    from pod.errors import InvalidReference
    from pod.oci.reference import Reference

    try:
        has, asked = Reference.parse(name), Reference.parse(wanted)
    except InvalidReference:
        return name == wanted
    return has.name == asked.name and (not asked.tag or has.tag == asked.tag)


def _label(value: str) -> Condition:
    fits = split_label(value)
    return lambda event: fits(event.labels)


def _type(value: str) -> Condition:
    return lambda event: event.type == value


def _volume(value: str) -> Condition:
    return lambda event: event.type == VOLUME and event.name.startswith(value)


def _network(value: str) -> Condition:
    return lambda event: event.type == NETWORK and (event.name == value or event.id.startswith(value))


def _pod(value: str) -> Condition:
    return lambda event: event.type == POD and (event.name == value or event.id.startswith(value))


_MAKERS: dict[str, Callable[[str], Condition]] = {
    "container": _container,
    "event": _event,
    "image": _image,
    "label": _label,
    "network": _network,
    "pod": _pod,
    "type": _type,
    "volume": _volume,
}
FILTERS = tuple(_MAKERS)
