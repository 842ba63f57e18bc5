"""`--filter` of `ps`, `stop`, `rm` …: Docker's and Podman's conditions on containers."""

from __future__ import annotations

from pod.cli.actions.container_status import networks_of
from pod.cli.filters import combine, matches_pattern, split_label
from pod.cli.parsers import invalid
from pod.linux import times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.cli.context import Context
    from pod.engine.containers import Container

    Condition = Callable[[Container], bool]

STATUSES = ("created", "running", "paused", "restarting", "removing", "exited", "dead", "stopping", "stopped")
_HEALTH = ("starting", "healthy", "unhealthy", "none")
_POLICIES = ("no", "always", "on-failure", "unless-stopped")
_SHOWS_ALL = ("status", "exited")  # conditions that speak of containers that do not run


def parse_filters(context: Context, texts: Sequence[str]) -> Condition:
    """Return the condition that all the filters make. Raises UsageError that lists the filters that exist."""
    return combine(texts, FILTERS, lambda key, value: _MAKERS[key](context, value))


def speaks_of_stopped(texts: Sequence[str]) -> bool:
    """True where the filters mean containers that do not run, so that --all is understood."""
    return any(text.partition("=")[0] in _SHOWS_ALL for text in texts)


def _id(_: Context, value: str) -> Condition:
    return lambda container: container.id.startswith(value) or matches_pattern(value, container.id)


def _name(_: Context, value: str) -> Condition:
    # Docker's own names begin with a slash, and people write name=^/web$
    return lambda container: matches_pattern(value, container.name) or matches_pattern(value, f"/{container.name}")


def _label(_: Context, value: str) -> Condition:
    fits = split_label(value)
    return lambda container: fits(container.record.labels)


def _no_label(_: Context, value: str) -> Condition:
    fits = split_label(value)
    return lambda container: not fits(container.record.labels)


def _status(_: Context, value: str) -> Condition:
    if value not in STATUSES:
        raise invalid("--filter status", value, f"it is one of {', '.join(STATUSES)}")
    wanted = "exited" if value == "stopped" else value
    return lambda container: container.state.status == wanted


def _exited(_: Context, value: str) -> Condition:
    if not value.lstrip("-").isdecimal():
        raise invalid("--filter exited", value, "it is an exit code")
    code = int(value)
    return lambda container: container.state.status == "exited" and container.state.exit_code == code


def _health(_: Context, value: str) -> Condition:
    if value not in _HEALTH:
        raise invalid("--filter health", value, f"it is one of {', '.join(_HEALTH)}")
    return lambda container: (container.state.health or "none") == value


def _command(_: Context, value: str) -> Condition:
    return lambda container: value in container.record.command[:1]


def _restart_policy(_: Context, value: str) -> Condition:
    if value not in _POLICIES:
        raise invalid("--filter restart-policy", value, f"it is one of {', '.join(_POLICIES)}")
    return lambda container: container.record.restart.name == value


def _ancestor(_: Context, value: str) -> Condition:
    image_id = value.removeprefix("sha256:")

    def fits(container: Container) -> bool:
        name = container.record.image_name
        return _same_image(name, value) or container.record.image.removeprefix("sha256:").startswith(image_id)

    return fits


def _same_image(name: str, wanted: str) -> bool:
    """Tell whether a container's image has the wanted name; without a tag, any tag fits."""
    from pod.errors import InvalidReference
    from pod.oci.reference import Reference

    try:
        has, asked = Reference.parse(name), Reference.parse(wanted)
    except InvalidReference:
        return name == wanted
    return has.name == asked.name and (not asked.tag or has.with_default_tag().tag == asked.tag)


def _before(context: Context, value: str) -> Condition:
    moment = _created(context, value)
    return lambda container: times.to_ns(container.record.created) < moment


def _since(context: Context, value: str) -> Condition:
    moment = _created(context, value)
    return lambda container: times.to_ns(container.record.created) > moment


def _created(context: Context, name: str) -> int:
    from pod.engine import containers

    return times.to_ns(containers.find(context.engine.layout, name).record.created)


def _until(_: Context, value: str) -> Condition:
    from pod.cli.parsers.durations import parse_time

    moment = parse_time("--filter until", value)
    return lambda container: times.to_ns(container.record.created) < moment


def _volume(_: Context, value: str) -> Condition:
    return lambda container: any(
        value in (mount.name, mount.source) or value.rstrip("/") == mount.target for mount in container.record.mounts
    )


def _network(_: Context, value: str) -> Condition:
    return lambda container: value in networks_of(container.record)


def _port(_: Context, value: str) -> Condition:
    ports, slash, protocol = value.partition("/")
    first, dash, last = ports.partition("-")
    if not first.isdecimal() or (dash and not last.isdecimal()):
        raise invalid("--filter publish", value, "it is a port, or a range of ports, and perhaps /tcp or /udp")
    wanted = range(int(first), int(last or first) + 1)
    return lambda container: any(
        (port.host_port in wanted or port.container_port in wanted) and (not slash or port.protocol == protocol)
        for port in container.record.publish
    )


def _is_task(_: Context, value: str) -> Condition:
    return lambda _: value in ("false", "0")  # swarm's tasks: there are none


def _pod(context: Context, value: str) -> Condition:
    from pod.engine.pods import store
    from pod.errors import AmbiguousName, NoSuchPod

    if not value:
        return lambda container: not container.record.pod.id
    try:
        pod_id = store.find_id(context.engine.layout, value)
    except (AmbiguousName, NoSuchPod):
        return lambda container: bool(container.record.pod.id) and container.record.pod.id.startswith(value)
    return lambda container: container.record.pod.id == pod_id


_MAKERS: dict[str, Callable[[Context, str], Condition]] = {
    "ancestor": _ancestor,
    "before": _before,
    "command": _command,
    "exited": _exited,
    "expose": _port,
    "health": _health,
    "id": _id,
    "is-task": _is_task,
    "label": _label,
    "label!": _no_label,
    "name": _name,
    "network": _network,
    "pod": _pod,
    "publish": _port,
    "restart-policy": _restart_policy,
    "since": _since,
    "status": _status,
    "until": _until,
    "volume": _volume,
}
FILTERS = tuple(_MAKERS)
