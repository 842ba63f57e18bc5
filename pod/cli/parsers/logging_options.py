"""`--log-driver` and `--log-opt`."""

from __future__ import annotations

import os

from pod.cli.parsers import invalid
from pod.cli.parsers.labels import parse_pairs
from pod.cli.parsers.sizes import parse_size
from pod.storage.container_records import LogConfig

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_DRIVERS = ("k8s-file", "json-file", "journald", "none", "passthrough", "passthrough-tty")
_KNOWN = ("env", "labels", "max-file", "max-size", "path", "tag")
_MOST_FILES = 999
_FILE_OPTIONS = ("max-file", "max-size", "path")


def parse_log(driver: str, values: Iterable[str]) -> LogConfig:
    """Return how output is kept; a size among the options becomes bytes, a path absolute."""
    if driver and driver not in _DRIVERS:
        raise invalid("--log-driver", driver, f"it is one of {', '.join(_DRIVERS)}")
    options = parse_pairs("--log-opt", values, need_value=True)
    chosen = driver or LogConfig().driver
    for name, value in options.items():
        if name not in _KNOWN:
            raise invalid("--log-opt", f"{name}={value}", f"there is no {name}", hint=f"there are {', '.join(_KNOWN)}")
        if name in _FILE_OPTIONS and chosen not in ("k8s-file", "json-file"):
            raise invalid("--log-opt", f"{name}={value}", f"the log driver {chosen} writes no file")
        options[name] = _value(name, value)
    return LogConfig(chosen, options)


def _value(name: str, value: str) -> str:
    if name == "max-size" and value != "-1":
        return str(parse_size("--log-opt max-size", value))
    if name == "max-file" and not (value.isascii() and value.isdecimal() and 1 <= int(value) <= _MOST_FILES):
        raise invalid("--log-opt max-file", value, f"it is a number from 1 to {_MOST_FILES}")
    return os.path.abspath(value) if name == "path" else value
