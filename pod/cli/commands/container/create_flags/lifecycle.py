"""Options of `run` and `create`: how a container begins and ends, and who is told."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.options import Option


class LifecycleFlags(Record):
    """Options about how a container begins and ends, as typed."""

    conmon_pidfile: Annotated[
        str, Option("--conmon-pidfile", metavar="FILE", help="Write the monitor's pid to this file")
    ] = ""
    pidfile: Annotated[str, Option("--pidfile", metavar="FILE", help="Write the container's pid to this file")] = ""
    requires: Annotated[
        tuple[str, ...], Option("--requires", metavar="CONTAINER", help="Start these containers first")
    ] = ()
    sdnotify: Annotated[
        Literal["container", "conmon", "healthy", "ignore"],
        Option("--sdnotify", metavar="WHO", help="Who tells NOTIFY_SOCKET: container, conmon, healthy, ignore"),
    ] = "container"
    timeout: Annotated[int, Option("--timeout", metavar="SECONDS", help="Kill the container after so long")] = 0
