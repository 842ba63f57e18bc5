"""The monitor's part in its container's network: the published ports, and the way to the networks' keeper.

Of the ports it holds the listening sockets and waits; whoever comes is served by a forwarder that is forked then
(pod.net.forward). The connection to the keeper stands for the container's being on its networks; when the keeper is
killed, the monitor starts another in the namespace that is still there, and tells it what its container has.
"""

from __future__ import annotations

import _socket
import os
import time

from pod.net import forwarding
from pod.net.forwarding import Target
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.engine.engine import Engine
    from pod.engine.network.preparing import Prepared
    from pod.net.attach import NetworkPlan
    from pod.net.keeper.client import Connection
    from pod.network_values import Attachment
    from pod.settings import Settings
    from pod.storage.container_records import ContainerRecord

_SIGKILL = 9
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 10.0  # seconds before the keeper is tried again


class _Descriptors(Record):
    """What a monitor that becomes another program hands on; -1 where there is none."""

    namespace: int  # of the container
    shared: int = -1  # the namespace of the bridges
    keeper: int = -1


class NetworkSide:
    """Ports and networks of one running container."""

    def __init__(
        self,
        container: str,
        settings: Settings,
        descriptors: _Descriptors,
        ports: list[tuple[_socket.socket, Target]],
        *,
        forwarder: int = 0,
        helper: int = 0,
    ) -> None:
        self._container = container
        self._settings = settings
        self._namespace, self._shared = descriptors.namespace, descriptors.shared
        self._ports = ports
        self._keeper: Connection | _socket.socket | None = None
        self._forwarder_pid = forwarder
        self._forwarder = os.pidfd_open(forwarder) if forwarder else -1
        self._helper = helper  # a child that holds ports of this machine
        self._pause = _FIRST_PAUSE
        self.due: float | None = None  # when the keeper is to be tried again (monotonic)
        self.attachments: tuple[Attachment, ...] = ()
        if descriptors.keeper >= 0:  # nothing is asked over it any more: its end is all that there is to be seen
            self._keeper = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET, 0, descriptors.keeper)

    def descriptors(self) -> list[int]:
        """Return what is to be waited for."""
        found = [self._forwarder] if self._forwarder >= 0 else [sock.fileno() for sock, _target in self._ports]
        return [*found, self._keeper.fileno()] if self._keeper is not None else found

    def handle(self, fd: int) -> None:
        """Do what is to be done when something happened on one of the descriptors."""
        if self._keeper is not None and fd == self._keeper.fileno():
            self._keeper.close()
            self._keeper = None
            self.due = time.monotonic()
        elif fd == self._forwarder:
            self._bury_forwarder()
        else:
            self._start_forwarder()

    def retry_if_due(self) -> None:
        """Reach a keeper again after the last one was killed."""
        if self.due is None or time.monotonic() < self.due:
            return
        from pod.engine.network import joining
        from pod.errors import PodError

        try:
            self._keeper, now = joining.rejoin(self._settings, self._container, self._namespace, self._shared)
            self._change_shared(now)
            self.due, self._pause = None, _FIRST_PAUSE
        except (PodError, OSError):
            self.due = time.monotonic() + self._pause
            self._pause = min(_LONGEST_PAUSE, self._pause * 2)

    def _change_shared(self, now: int) -> None:
        if self._forwarder >= 0 and os.fstat(now).st_ino != os.fstat(self._shared).st_ino:
            os.kill(self._forwarder_pid, _SIGKILL)  # it is in the old one
            self._bury_forwarder()
        os.close(self._shared)
        self._shared = now

    def _start_forwarder(self) -> None:
        self._forwarder_pid = forwarding.fork(self._namespace, self._shared, self._ports, self._container)
        self._forwarder = os.pidfd_open(self._forwarder_pid)

    def _bury_forwarder(self) -> None:
        os.waitpid(self._forwarder_pid, 0)
        os.close(self._forwarder)
        self._forwarder, self._forwarder_pid = -1, 0

    def close(self) -> None:
        """Leave the networks and free the ports; when this returns, another container can have them."""
        if self._forwarder >= 0:
            os.kill(self._forwarder_pid, _SIGKILL)
            self._bury_forwarder()
        if self._helper:
            os.kill(self._helper, _SIGKILL)
            os.waitpid(self._helper, 0)
        for sock, _target in self._ports:
            sock.close()
        self._ports = []
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None
        for fd in (self._namespace, self._shared):
            if fd >= 0:
                os.close(fd)

    def document(self) -> dict[str, Any]:
        """Return what `of_document` needs in the program that this monitor becomes; its descriptors go with it."""
        keeper = self._keeper.fileno() if self._keeper is not None else -1
        ports = [(sock.fileno(), sock.family, sock.type & 0xF, target.to_json()) for sock, target in self._ports]
        for fd in (self._namespace, self._shared, keeper, *(fd for fd, *_rest in ports)):
            if fd >= 0:
                os.set_inheritable(fd, True)
        descriptors = _Descriptors(self._namespace, self._shared, keeper)
        pids = {"forwarder": self._forwarder_pid, "helper": self._helper}
        return {"descriptors": descriptors.to_json(), "ports": ports, "due": self.due, "pids": pids}


def of_document(container: str, settings: Settings, document: dict[str, Any]) -> NetworkSide:
    """Go on where `document` left off."""
    descriptors = _Descriptors.from_json(document["descriptors"])
    ports = []
    for fd, family, kind, target in document["ports"]:
        os.set_inheritable(fd, False)
        ports.append((_socket.socket(family, kind, 0, fd), Target.from_json(target)))
    for fd in (descriptors.namespace, descriptors.shared, descriptors.keeper):
        if fd >= 0:
            os.set_inheritable(fd, False)
    side = NetworkSide(container, settings, descriptors, ports, **document["pids"])
    side.due = document["due"]
    return side


def connect(
    engine: Engine, record: ContainerRecord, plan: NetworkPlan, prepared: Prepared, namespace: int
) -> NetworkSide:
    """Connect a container's network namespace (a descriptor)."""
    from pod.net import attach

    run_folder = engine.layout.run_container(record.id)
    if plan.mode != attach.BRIDGE:
        helper = attach.connect(plan, namespace, run_folder, record.publish)
        ports = [(sock, Target(plan.address, mapping.container_port)) for sock, mapping in prepared.ports]
        holds_ports = helper if record.publish and not ports else 0
        return NetworkSide(record.id, engine.settings, _Descriptors(os.dup(namespace)), ports, helper=holds_ports)
    from pod.engine.network import joining

    joined = joining.join(engine, record, prepared, namespace)
    plan = attach.plan_of(joined.attachments)
    outside = any(not attachment.internal for attachment in joined.attachments)
    ports = [
        (sock, Target(plan.address, mapping.container_port, transparent=outside)) for sock, mapping in prepared.ports
    ]
    descriptors = _Descriptors(os.dup(namespace), joined.shared, joined.keeper.fileno())
    joined.keeper.socket.detach()
    side = NetworkSide(record.id, engine.settings, descriptors, ports)
    side.attachments = joined.attachments
    return side
