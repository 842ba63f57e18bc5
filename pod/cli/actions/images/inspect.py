"""What `image inspect` prints of an image: the engine's document, its parts told apart as Go's structs and maps."""

from __future__ import annotations

from pod.cli.actions.inspection import with_times
from pod.cli.template import Fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.cli.context import Context

_STRUCTS = ("Config", "RootFS", "GraphDriver", "Metadata", "HealthCheck")
_LEFT_OUT_EMPTY = ("Variant", "OsVersion", "Container", "ContainerConfig", "HealthCheck")
_LEFT_OUT_EMPTY_CONFIG = ("ExposedPorts", "Healthcheck", "StopSignal", "Shell")


def document(context: Context, name: str, *, platform: str = "") -> Fields:
    """Return the document of an image for JSON and templates. Raises NoSuchImage."""
    from pod.engine.images.inspect import inspect

    found = inspect(context.engine, name, platform=platform)
    kept = {key: value for key, value in found.items() if value or key not in _LEFT_OUT_EMPTY}
    kept["Config"] = {key: value for key, value in kept["Config"].items() if value or key not in _LEFT_OUT_EMPTY_CONFIG}
    if checks := kept["Config"].get("Healthcheck"):
        kept["Config"]["Healthcheck"] = with_times(checks)
    return Fields({key: _struct(value) if key in _STRUCTS else value for key, value in kept.items()})


def _struct(value: Any) -> Any:
    return Fields(value) if isinstance(value, dict) else value
