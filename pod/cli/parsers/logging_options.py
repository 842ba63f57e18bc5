"""`--log-driver` and `--log-opt`."""

from __future__ import annotations

from pod.cli.parsers import invalid
from pod.cli.parsers.labels import parse_pairs
from pod.cli.parsers.sizes import parse_size
from pod.storage.container_records import LogConfig

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_KNOWN = ("max-size", "max-file", "path", "tag", "label", "labels", "labels-regex", "env", "env-regex")


def parse_log(driver: str, values: Iterable[str]) -> LogConfig:
    """Return how output is kept; a size among the options becomes bytes."""
    options = parse_pairs("--log-opt", values, need_value=True)
    for name, value in options.items():
        if name not in _KNOWN:
            raise invalid("--log-opt", f"{name}={value}", f"there is no {name}", hint=f"there are {', '.join(_KNOWN)}")
        if name == "max-size" and value != "-1":
            options[name] = str(parse_size("--log-opt max-size", value))
        if name == "max-file" and not (value.isascii() and value.isdigit() and int(value) > 0):
            raise invalid("--log-opt", f"{name}={value}", "it is a number of files, 1 or more")
    return LogConfig(driver or LogConfig().driver, options)
