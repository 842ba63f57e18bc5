"""`--filter` of `volume ls` and `volume prune`: Docker's and Podman's conditions on volumes."""

from __future__ import annotations

from pod.cli.filters import combine, matches_pattern, parse_flag, split_label
from pod.linux import times
from pod.storage.volumes import VolumeStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.cli.context import Context
    from pod.storage.volumes import VolumeRecord

    Condition = Callable[[VolumeRecord], bool]


def parse_filters(context: Context, texts: Sequence[str]) -> Condition:
    """Return the condition that all the filters make. Raises UsageError that lists the filters that exist."""
    return combine(texts, FILTERS, lambda key, value: _MAKERS[key](context, value))


def _name(_: Context, value: str) -> Condition:
    return lambda record: matches_pattern(value, record.name)


def _driver(_: Context, value: str) -> Condition:
    return lambda record: record.driver == value


def _scope(_: Context, value: str) -> Condition:
    return lambda _record: value == "local"


def _label(_: Context, value: str) -> Condition:
    fits = split_label(value)
    return lambda record: fits(record.labels)


def _no_label(_: Context, value: str) -> Condition:
    fits = split_label(value)
    return lambda record: not fits(record.labels)


def _option(_: Context, value: str) -> Condition:
    fits = split_label(value)
    return lambda record: fits(record.options)


def _dangling(context: Context, value: str) -> Condition:
    from pod.engine.volumes.users import by_volume

    wanted = parse_flag("dangling", value)
    used = by_volume(context.engine.layout)
    return lambda record: (record.name not in used) == wanted


def _anonymous(_: Context, value: str) -> Condition:
    wanted = parse_flag("anonymous", value)
    return lambda record: record.anonymous == wanted


def _until(_: Context, value: str) -> Condition:
    from pod.cli.parsers.durations import parse_time

    moment = parse_time("--filter until", value)
    return lambda record: times.to_ns(record.created) < moment


def _since(context: Context, value: str) -> Condition:
    store = VolumeStore(context.engine.layout)
    moment = times.to_ns(store.read(store.find_name(value)).created)
    return lambda record: times.to_ns(record.created) > moment


_MAKERS: dict[str, Callable[[Context, str], Condition]] = {
    "after": _since,
    "anonymous": _anonymous,
    "dangling": _dangling,
    "driver": _driver,
    "label": _label,
    "label!": _no_label,
    "name": _name,
    "opt": _option,
    "scope": _scope,
    "since": _since,
    "until": _until,
}
FILTERS = tuple(_MAKERS)
