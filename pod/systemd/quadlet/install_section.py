"""What `systemctl enable` would do with [Install]: generated units cannot be enabled, so their links are made here."""

from __future__ import annotations

from pod.systemd.quadlet.source import Source
from pod.systemd.words import split

_FOLDERS = {"WantedBy": "wants", "RequiredBy": "requires", "UpheldBy": "upholds"}


def links(source: Source) -> dict[str, str]:
    """Return the links of a unit, path → target, both below the folder of the units."""
    unit, name = source.unit, f"{source.service}.service"
    found: dict[str, str] = {}
    enabled = _enabled(source)
    for key, suffix in _FOLDERS.items():
        for line in unit.lines("Install", key):
            for other in split(line):
                if enabled and _is_unit_name(other):
                    found[f"{other}.{suffix}/{enabled}"] = f"../{name}"
    for line in unit.lines("Install", "Alias"):
        for alias in split(line):
            if _is_unit_name(alias):
                found[alias] = name
    return found


def _enabled(source: Source) -> str:
    """Return the unit that is started: of a template the default instance, "" where it has none."""
    base, at, instance = source.service.partition("@")
    if at and not instance:
        instance = source.unit.value("Install", "DefaultInstance")
        return f"{base}@{instance}.service" if instance else ""
    return f"{source.service}.service"


def _is_unit_name(name: str) -> bool:
    return "/" not in name and name not in ("", ".", "..")
