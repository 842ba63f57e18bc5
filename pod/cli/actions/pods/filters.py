"""`--filter` of `pod ps`: Podman's conditions on pods.

Values of one key are alternatives, but for labels, all of which must fit; different keys must all fit.
"""

from __future__ import annotations

from pod.cli.filters import matches_pattern, parse_pairs, split_label
from pod.cli.parsers import invalid
from pod.linux import times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.cli.context import Context
    from pod.engine.pods.store import Pod

    Condition = Callable[[Pod], bool]

_STATUSES = ("created", "running", "degraded", "stopped", "exited", "paused")


def parse_filters(context: Context, texts: Sequence[str]) -> Condition:
    """Return the condition that all the filters make. Raises UsageError that lists the filters that exist."""
    del context
    conditions = [_condition(key, values) for key, values in parse_pairs(texts, tuple(_MAKERS)).items()]
    return lambda pod: all(condition(pod) for condition in conditions)


def _condition(key: str, values: list[str]) -> Condition:
    alternatives = [_MAKERS[key](value) for value in values]
    combine = all if key in ("label", "label!") else any
    return lambda pod: combine(fits(pod) for fits in alternatives)


def _status(value: str) -> Condition:
    if value.lower() not in _STATUSES:
        raise invalid("--filter status", value, f"it is one of {', '.join(_STATUSES)}")
    return lambda pod: pod.status.lower() == value.lower()


def _number(value: str) -> Condition:
    if not value.isdecimal():
        raise invalid("--filter ctr-number", value, "it is a number of containers")
    return lambda pod: len(pod.containers) == int(value)


def _until(value: str) -> Condition:
    from pod.cli.parsers.durations import parse_time

    moment = parse_time("--filter until", value)
    return lambda pod: times.to_ns(pod.record.created) < moment


def _network(value: str) -> Condition:
    from pod.cli.actions.container_status import networks_of

    return lambda pod: pod.infra is not None and value in networks_of(pod.infra.record)


def _label(value: str) -> Condition:
    fits = split_label(value)
    return lambda pod: fits(pod.record.labels)


def _no_label(value: str) -> Condition:
    fits = split_label(value)
    return lambda pod: not fits(pod.record.labels)


_MAKERS: dict[str, Callable[[str], Condition]] = {
    "ctr-ids": lambda value: lambda pod: any(one.id.startswith(value) for one in pod.containers),
    "ctr-names": lambda value: lambda pod: any(matches_pattern(value, one.name) for one in pod.containers),
    "ctr-number": _number,
    "ctr-status": lambda value: lambda pod: any(one.state.status == value for one in pod.containers),
    "id": lambda value: lambda pod: pod.id.startswith(value) or matches_pattern(value, pod.id),
    "label": _label,
    "label!": _no_label,
    "name": lambda value: lambda pod: matches_pattern(value, pod.name),
    "network": _network,
    "status": _status,
    "until": _until,
}
FILTERS = tuple(_MAKERS)
