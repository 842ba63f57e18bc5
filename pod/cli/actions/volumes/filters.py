"""`--filter` of `volume ls` and `volume prune`: Docker's and Podman's conditions on volumes.

Values of one key are alternatives, but for labels, all of which must fit; different keys must all fit.
"""

from __future__ import annotations

from pod.cli.filters import matches_pattern, parse_pairs, split_label
from pod.cli.parsers import invalid
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
    conditions = [_condition(context, key, values) for key, values in parse_pairs(texts, tuple(_MAKERS)).items()]
    return lambda record: all(condition(record) for condition in conditions)


def _condition(context: Context, key: str, values: list[str]) -> Condition:
    alternatives = [_MAKERS[key](context, value) for value in values]
    combine = all if key in ("label", "label!") else any
    return lambda record: combine(fits(record) for fits in alternatives)


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

    wanted = _flag("dangling", value)
    used = by_volume(context.engine.layout)
    return lambda record: (record.name not in used) == wanted


def _anonymous(_: Context, value: str) -> Condition:
    wanted = _flag("anonymous", value)
    return lambda record: record.anonymous == wanted


def _until(_: Context, value: str) -> Condition:
    from pod.cli.parsers.durations import parse_time

    moment = parse_time("--filter until", value)
    return lambda record: times.to_ns(record.created) < moment


def _since(context: Context, value: str) -> Condition:
    store = VolumeStore(context.engine.layout)
    moment = times.to_ns(store.read(store.find_name(value)).created)
    return lambda record: times.to_ns(record.created) > moment


def _flag(key: str, value: str) -> bool:
    if value.lower() not in ("true", "false", "1", "0", "t", "f"):
        raise invalid(f"--filter {key}", value, "it is true or false")
    return value.lower() in ("true", "1", "t")


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
