"""`--health-*` and `--no-healthcheck`: a health check, or what to change of the image's."""

from __future__ import annotations

import os

from pod.cli.parsers import invalid
from pod.cli.parsers.durations import parse_duration
from pod.errors import UsageError
from pod.oci.image_config import Healthcheck
from pod.storage.container_records import HealthPolicy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.cli.commands.container.create_flags.health import HealthFlags
    from pod.storage.container_records import ContainerRecord

_DEFAULT = HealthPolicy()
_TIMES = ("interval", "timeout", "start_period", "start_interval")


def parse_health(flags: HealthFlags) -> Healthcheck | None:
    """Return what was asked of the check, None for nothing. Raises UsageError."""
    test = _test(flags.health_cmd)
    times: dict[str, Any] = {name: _time(name, getattr(flags, f"health_{name}")) for name in _TIMES}
    if flags.no_healthcheck:
        if test or any(times.values()) or flags.health_retries is not None:
            raise UsageError("--no-healthcheck and the --health options exclude each other")
        return Healthcheck(("NONE",))
    if flags.health_retries is not None and flags.health_retries < 1:
        raise invalid("--health-retries", str(flags.health_retries), "it is 1 or more")
    asked = Healthcheck(test=test, retries=flags.health_retries or 0, **times)
    return None if asked == Healthcheck() else asked


def parse_policy(flags: HealthFlags, before: HealthPolicy = _DEFAULT) -> HealthPolicy:
    """Return what the results of checks lead to, and where they are kept; `before` where that is not said.

    Raises UsageError.
    """
    numbers = {
        "--health-max-log-count": flags.health_max_log_count,
        "--health-max-log-size": flags.health_max_log_size,
        "--health-startup-retries": flags.health_startup_retries,
        "--health-startup-success": flags.health_startup_success,
    }
    for option, number in numbers.items():
        if number is not None and number < 0:
            raise invalid(option, str(number), "it is 0 or more")
    count, size = flags.health_max_log_count, flags.health_max_log_size
    return HealthPolicy(
        flags.health_on_failure or before.on_failure,
        _startup(flags, before.startup),
        flags.health_startup_success or before.startup_successes,
        _destination(flags.health_log_destination or before.log_destination),
        before.max_log_count if count is None else count,
        before.max_log_size if size is None else size,
    )


def changed_health(flags: HealthFlags, record: ContainerRecord) -> ContainerRecord:
    """Return the record of a container with what is asked about its health in place of what was. Raises UsageError."""
    asked = parse_health(flags)
    if flags.no_healthcheck:
        return record.replace(healthcheck=asked, health=_DEFAULT)
    check = record.healthcheck
    if asked is not None:
        if not asked.test and (check is None or check.test[:1] in ((), ("NONE",))):
            raise UsageError(f"container {record.name} has no health check", hint="give it one with --health-cmd")
        check = asked if check is None else check.overridden(asked)
    return record.replace(healthcheck=check, health=parse_policy(flags, record.health))


def _startup(flags: HealthFlags, before: Healthcheck | None) -> Healthcheck | None:
    asked = Healthcheck(
        test=_test(flags.health_startup_cmd),
        interval=_time("startup_interval", flags.health_startup_interval),
        timeout=_time("startup_timeout", flags.health_startup_timeout),
        retries=flags.health_startup_retries or 0,
    )
    if asked.test == ("NONE",):
        return None
    if before is not None:
        return before.overridden(asked)
    if not asked.test and (asked != Healthcheck() or flags.health_startup_success):
        raise UsageError("the --health-startup options need --health-startup-cmd")
    return asked if asked.test else None


def _destination(text: str) -> str:
    if text in ("", "local", "events_logger"):
        return text or "local"
    if not os.path.isdir(text):
        raise invalid("--health-log-destination", text, "it is local, events_logger, or a folder that is there")
    return os.path.abspath(text)


def _test(text: str) -> tuple[str, ...]:
    if text in ("", "none"):
        return ("NONE",) if text else ()
    if text[:1] == "[":
        from pod.cli.parsers.run_options import parse_words

        words = parse_words("--health-cmd", text)
        return words if words[:1] in (("CMD",), ("CMD-SHELL",), ("NONE",)) else ("CMD", *words)
    return ("CMD-SHELL", text)


def _time(name: str, text: str) -> int:
    if not text:
        return 0
    option = f"--health-{name.replace('_', '-')}"
    value = parse_duration(option, text, bare="s")
    if value < 1_000_000 and not (value == 0 and name.endswith("start_period")):
        raise invalid(option, text, "it is a time of a millisecond or more, such as 10s")
    return value
