"""--systemd: whether the first process of a container is systemd, and the signal that stops it then."""

from __future__ import annotations

from pod.storage.container_records import ContainerRecord

STOP_SIGNAL = "SIGRTMIN+3"
_PROGRAMS = ("/sbin/init", "/usr/sbin/init", "/usr/local/sbin/init")


def settle(record: ContainerRecord, *, signal_given: bool) -> ContainerRecord:
    """Return the record with what Podman does for systemd, where --systemd is always or the command an init."""
    program = record.command[0]
    if record.systemd.mode == "false":
        return record
    if record.systemd.mode != "always" and not (program in _PROGRAMS or program.rpartition("/")[2] == "systemd"):
        return record
    signal = record.stop_signal if signal_given else STOP_SIGNAL
    return record.replace(systemd=record.systemd.replace(enabled=True), stop_signal=signal)
