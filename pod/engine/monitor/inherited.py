"""What a container gets of the command that starts it, from the monitor's fork to the program's exec."""

from __future__ import annotations

import os

from pod.engine.handover import Handover
from pod.errors import UsageError
from pod.oci.runtime_spec import Mount
from pod.record import Record
from pod.runtime import descriptors
from pod.runtime.bundle import Bundle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.storage.container_records import ContainerRecord


class Inherited(Record):
    """Copies of the caller's descriptors, which the monitor lets go of when the program runs."""

    streams: tuple[int, ...] = ()  # stdin, stdout and stderr, where the log driver is passthrough
    preserved: tuple[tuple[int, int], ...] = ()  # (number of the program's, copy)
    env: tuple[str, ...] = ()
    notify_socket: str = ""

    @property
    def fds(self) -> set[int]:
        return {*self.streams, *(copy for _number, copy in self.preserved)}

    def close(self) -> None:
        for fd in self.fds:
            os.close(fd)


NOTHING = Inherited()


def take(record: ContainerRecord, handover: Handover) -> Inherited:
    """Copy the descriptors that the container is to have, before the monitor closes its own."""
    passed = record.log.passes_through
    if not (passed or handover.descriptors or handover.env or handover.notify_socket):
        return NOTHING
    preserved = descriptors.set_aside(handover.descriptors)
    streams = tuple(copy for _number, copy in descriptors.set_aside((0, 1, 2))) if passed else ()
    wants_notify = handover.notify_socket and record.lifecycle.notify != "ignore"
    return Inherited(streams, preserved, handover.env, handover.notify_socket if wants_notify else "")


def hand_in(bundle: Bundle, inherited: Inherited, record: ContainerRecord) -> Bundle:
    """Return the bundle with what the program inherits. Raises UsageError for a socket that cannot be shown to it."""
    if inherited == NOTHING:
        return bundle
    spec = bundle.spec
    env, mounts = (*spec.process.env, *inherited.env), spec.mounts
    if inherited.notify_socket and record.lifecycle.notify == "container":
        from pod.engine.monitor import notify

        if inherited.notify_socket[0] == "@":
            raise UsageError(
                f"NOTIFY_SOCKET={inherited.notify_socket} has no file that the container could see",
                hint="--sdnotify conmon has pod itself tell that the container runs",
            )
        env = (*env, f"NOTIFY_SOCKET={notify.TARGET}")
        mounts = (*mounts, Mount(notify.TARGET, "bind", inherited.notify_socket, ("bind",)))
    process = spec.process.replace(env=env)
    return bundle.replace(
        spec=spec.replace(process=process, mounts=mounts),
        preserved=inherited.preserved,
        foreign_streams=bool(inherited.streams),
    )


def announce(inherited: Inherited, record: ContainerRecord) -> None:
    """Tell the service manager who its main process is: this monitor; and that it is ready, where that is known now."""
    if inherited.notify_socket:
        from pod.engine.monitor import notify

        ready = ("READY=1",) if record.lifecycle.notify == "conmon" else ()
        notify.send(inherited.notify_socket, f"MAINPID={os.getpid()}", *ready)
