"""A unit for a container that exists (`pod generate systemd`); for new ones Quadlet files are the better way."""

from __future__ import annotations

from pod.record import Record
from pod.systemd import words
from pod.systemd.unit_file import UnitFile

_ID_FILE = "%t/%n.ctr-id"
_TIME_TO_CLEAN_UP = 60  # seconds that the commands get beyond the container's own


class UnitOptions(Record):
    """What the user wants of the unit."""

    name: str  # of the unit, without .service
    program: str
    container: str  # its name or id, as the unit is to call it
    restart: str = "on-failure"
    restart_sec: int | None = None
    start_timeout: int | None = None
    stop_timeout: int = 10  # seconds that the container gets to stop
    wants: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    instance: bool = False  # a template: NAME@.service
    header: str = ""


def starting(options: UnitOptions) -> str:
    """Return the unit that starts and stops the container as it is; systemd watches `pod start --attach`."""
    unit = _begin(options)
    command = [options.program, "start", "--attach", "--sig-proxy=false", options.container]
    stop = [options.program, "stop", "--ignore", "-t", str(options.stop_timeout), options.container]
    unit.add("Service", "ExecStart", words.join(command))
    unit.add("Service", "ExecStop", words.join(stop))
    unit.add("Service", "ExecStopPost", words.join(stop))
    unit.add("Service", "Type", "exec")
    return _end(unit)


def creating(options: UnitOptions, run: list[str]) -> str:
    """Return the unit that makes the container anew at every start; `run` are the words after the program."""
    unit = _begin(options)
    stop = [options.program, "stop", "--ignore", "-t", str(options.stop_timeout), f"--cidfile={_ID_FILE}"]
    remove = [options.program, "rm", "-f", "--ignore", "-t", str(options.stop_timeout), f"--cidfile={_ID_FILE}"]
    unit.add("Service", "ExecStartPre", f"-rm -f {_ID_FILE}")
    unit.add("Service", "ExecStart", words.join([options.program, *run]))
    unit.add("Service", "ExecStop", words.join(stop))
    unit.add("Service", "ExecStopPost", words.join(remove))
    unit.add("Service", "Type", "notify")
    unit.add("Service", "NotifyAccess", "all")
    return _end(unit)


def run_options() -> list[str]:
    """Return the options that a container of a unit is run with, in place of its own of the same names."""
    return [f"--cidfile={_ID_FILE}", "--cgroups=no-conmon", "--rm", "--sdnotify=conmon", "--detach", "--replace"]


def _begin(options: UnitOptions) -> UnitFile:
    unit = UnitFile()
    service = f"{options.name}@.service" if options.instance else f"{options.name}.service"
    unit.head = [f"# {service}", *options.header.splitlines()]
    instance = " for %I" if options.instance else ""
    unit.add("Unit", "Description", f"pod {options.name}.service{instance}")
    unit.add("Unit", "Documentation", "man:pod-generate-systemd(1)")
    unit.add("Unit", "RequiresMountsFor", "%t/pod")
    for key, values in (("Wants", options.wants), ("After", options.after), ("Requires", options.requires)):
        for value in values:
            unit.add("Unit", key, value)
    unit.add("Service", "Environment", "PODMAN_SYSTEMD_UNIT=%n")
    for variable in options.environment:
        unit.add("Service", "Environment", words.quote(variable))
    unit.add("Service", "Restart", options.restart)
    if options.restart_sec is not None:
        unit.add("Service", "RestartSec", str(options.restart_sec))
    if options.start_timeout is not None:
        unit.add("Service", "TimeoutStartSec", str(options.start_timeout))
    unit.add("Service", "TimeoutStopSec", str(options.stop_timeout + _TIME_TO_CLEAN_UP))
    return unit


def _end(unit: UnitFile) -> str:
    unit.add("Install", "WantedBy", "default.target")
    return unit.write()
