"""`--health-*` and `--no-healthcheck`: a health check, or what to change of the image's."""

from __future__ import annotations

from pod.cli.parsers import invalid
from pod.cli.parsers.durations import parse_duration
from pod.errors import UsageError
from pod.oci.image_config import Healthcheck

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.cli.commands.container.create_flags import CreateFlags

_TIMES = ("interval", "timeout", "start_period", "start_interval")


def parse_health(flags: CreateFlags) -> Healthcheck | None:
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
    if value < 1_000_000:
        raise invalid(option, text, "it is a time of a millisecond or more, such as 10s")
    return value
