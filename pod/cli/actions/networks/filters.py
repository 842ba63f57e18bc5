"""`--filter` of `network ls` and `network prune`: Docker's and Podman's conditions on networks."""

from __future__ import annotations

from pod.cli.filters import combine, matches_pattern, parse_flag, split_label
from pod.cli.parsers import invalid
from pod.linux import times
from pod.net.records import DEFAULT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.cli.context import Context
    from pod.net.records import Network

    Condition = Callable[[Network], bool]


def parse_filters(context: Context, texts: Sequence[str]) -> Condition:
    """Return the condition that all the filters make. Raises UsageError that lists the filters that exist."""
    return combine(texts, FILTERS, lambda key, value: _MAKERS[key](context, value))


def _dangling(context: Context, value: str) -> Condition:
    from pod.engine.network.remove import users

    wanted = parse_flag("dangling", value)
    used = users(context.engine)
    return lambda network: (network.name not in used and network.name != DEFAULT) == wanted


def _until(_: Context, value: str) -> Condition:
    from pod.cli.parsers.durations import parse_time

    moment = parse_time("--filter until", value)
    return lambda network: bool(network.created) and times.to_ns(network.created) < moment


def _type(_: Context, value: str) -> Condition:
    if value not in ("custom", "builtin"):
        raise invalid("--filter type", value, "it is custom or builtin")
    return lambda network: (network.name == DEFAULT) == (value == "builtin")


def _label(_: Context, value: str) -> Condition:
    fits = split_label(value)
    return lambda network: fits(network.labels)


def _no_label(_: Context, value: str) -> Condition:
    fits = split_label(value)
    return lambda network: not fits(network.labels)


_MAKERS: dict[str, Callable[[Context, str], Condition]] = {
    "dangling": _dangling,
    "driver": lambda _, value: lambda network: network.driver == value,
    "id": lambda _, value: lambda network: network.id.startswith(value),
    "label": _label,
    "label!": _no_label,
    "name": lambda _, value: lambda network: matches_pattern(value, network.name),
    "scope": lambda _, value: lambda _network: value == "local",
    "type": _type,
    "until": _until,
}
FILTERS = tuple(_MAKERS)
