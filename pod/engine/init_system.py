"""--systemd: whether the first process of a container is systemd, and the signal that stops it then."""

from __future__ import annotations

from pod.engine import placement
from pod.storage.container_records import ContainerRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine

STOP_SIGNAL = "SIGRTMIN+3"
_PROGRAMS = ("/sbin/init", "/usr/sbin/init", "/usr/local/sbin/init")


def settle(engine: Engine, record: ContainerRecord, *, signal_given: bool) -> ContainerRecord:
    """Return the record with what Podman does for systemd, where --systemd is always or the command an init.

    The user is told where it cannot start, for want of a control group that it may divide.
    """
    program = record.command[0]
    if record.systemd.mode == "false":
        return record
    if record.systemd.mode != "always" and not (program in _PROGRAMS or program.rpartition("/")[2] == "systemd"):
        return record
    if not placement.is_possible(engine.settings, record.control_group):
        engine.notify(
            "systemd will hardly start in this container: no control group on this machine is yours to be given to it; "
            "one is in a session with a systemd of yours (`loginctl enable-linger`), with control groups of version 2"
        )
    signal = record.stop_signal if signal_given else STOP_SIGNAL
    return record.replace(systemd=record.systemd.replace(enabled=True), stop_signal=signal)
