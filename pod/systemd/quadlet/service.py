"""What all generated services have in common."""

from __future__ import annotations

from pod.systemd import words
from pod.systemd.quadlet.source import SECTIONS, Source
from pod.systemd.unit_file import UnitError, UnitFile

NETWORK_ONLINE = "pod-user-wait-network-online.service"


def begin(source: Source) -> UnitFile:
    """Return the unit to be: the file's sections, the special one put aside as X-…, and what to wait for."""
    made = UnitFile()
    made.head = list(source.unit.head)
    made.sections = {name: list(lines) for name, lines in source.unit.sections.items()}
    for section in (*SECTIONS.values(), "Quadlet"):
        made.rename(section, f"X-{section}")
    if source.unit.flag("Quadlet", "DefaultDependencies") is not False:
        made.put_first("Unit", ("Wants", NETWORK_ONLINE), ("After", NETWORK_ONLINE))
    made.add("Unit", "SourcePath", words.quote(source.path))
    made.add("Unit", "RequiresMountsFor", "%t/pod")
    return made


def default(made: UnitFile, key: str, value: str) -> None:
    """Set a key of [Service] that the file leaves open."""
    if made.last("Service", key) is None:
        made.add("Service", key, value)


def add_command(made: UnitFile, key: str, command: list[str], *, may_fail: bool = False) -> None:
    """Add ExecStart= and the like."""
    made.add("Service", key, ("-" if may_fail else "") + words.join(command))


def check_type(source: Source, *allowed: str) -> str:
    """Return the Type= of [Service], "" where it is not said. Raises UnitError for one that cannot work."""
    line = source.unit.last("Service", "Type")
    if line is not None and line.text not in allowed:
        raise UnitError(
            f"{line.place}: Type={line.text} cannot work for a .{source.kind} file",
            hint=f"leave it out, or say {' or '.join(allowed)}",
        )
    return line.text if line else ""


def check_kill_mode(source: Source) -> None:
    """Raise UnitError for a KillMode= that would leave the container running."""
    line = source.unit.last("Service", "KillMode")
    if line is not None and line.text not in ("mixed", "control-group"):
        raise UnitError(
            f"{line.place}: KillMode={line.text} would leave the container without its monitor",
            hint="leave it out, or say mixed or control-group",
        )


def make_once(made: UnitFile, command: list[str], *, remains: bool = True) -> None:
    """Make the unit one that runs a command once."""
    add_command(made, "ExecStart", command)
    default(made, "SyslogIdentifier", "%N")
    default(made, "Type", "oneshot")
    if remains:
        default(made, "RemainAfterExit", "yes")
