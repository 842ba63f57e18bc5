"""`--log-driver` and `--log-opt`."""

from __future__ import annotations

from pod.cli.parsers import invalid
from pod.cli.parsers.labels import parse_pairs
from pod.cli.parsers.sizes import parse_size
from pod.storage.container_records import LogConfig

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_DRIVERS = ("k8s-file", "json-file", "none")  # json-file is another name of k8s-file, as for Podman
_KNOWN = ("env", "labels", "max-size")


def parse_log(driver: str, values: Iterable[str]) -> LogConfig:
    """Return how output is kept; a size among the options becomes bytes."""
    if driver and driver not in _DRIVERS:
        raise invalid("--log-driver", driver, f"it is one of {', '.join(_DRIVERS)}")
    options = parse_pairs("--log-opt", values, need_value=True)
    for name, value in options.items():
        if name not in _KNOWN:
            raise invalid("--log-opt", f"{name}={value}", f"there is no {name}", hint=f"there are {', '.join(_KNOWN)}")
        if name == "max-size" and value != "-1":
            options[name] = str(parse_size("--log-opt max-size", value))
    return LogConfig(driver or LogConfig().driver, options)
