"""The options on how a container begins and ends."""

from __future__ import annotations

import os

from pod.cli.parsers import invalid, split_commas
from pod.storage.container_records import Lifecycle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.container.create_flags import CreateFlags


def parse_lifecycle(flags: CreateFlags) -> Lifecycle:
    """Return what the options say; paths become absolute. Raises UsageError."""
    if flags.timeout < 0:
        raise invalid("--timeout", str(flags.timeout), "it is a number of seconds")
    return Lifecycle(
        requires=split_commas(flags.requires),
        timeout=flags.timeout,
        id_file=os.path.abspath(flags.cidfile) if flags.cidfile else "",
        pid_file=os.path.abspath(flags.pidfile) if flags.pidfile else "",
        monitor_pid_file=os.path.abspath(flags.conmon_pidfile) if flags.conmon_pidfile else "",
        notify=flags.sdnotify,
    )
