"""What a container's network needs before anything of the container is started: its ports, and the networks' keeper.

Both are made by the command and inherited by the monitor: a port that cannot be had is told before anything runs, and
the keeper starts while the rest of the container is made ready.
"""

from __future__ import annotations

from pod.errors import UsageError
from pod.net import attach

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _socket import socket

    from pod.engine.engine import Engine
    from pod.net.keeper.client import Connection
    from pod.network_values import PortMapping
    from pod.storage.container_records import ContainerRecord


class Prepared:
    """Descriptors for the monitor to be: listening sockets, one for each published port, and the keeper's."""

    def __init__(self) -> None:
        self.ports: list[tuple[socket, PortMapping]] = []
        self.keeper: Connection | None = None

    def descriptors(self) -> set[int]:
        """Return what the monitor must not close."""
        found = {sock.fileno() for sock, _mapping in self.ports}
        return found | {self.keeper.fileno()} if self.keeper is not None else found

    def close(self) -> None:
        """Let go of everything in this process."""
        for sock, _mapping in self.ports:
            sock.close()
        if self.keeper is not None:
            self.keeper.close()


def prepare(engine: Engine, record: ContainerRecord) -> Prepared:
    """Take the ports and reach the keeper, as far as the container's network has any. Raises NetworkError."""
    prepared = Prepared()
    if record.publish and attach.publishes(record.network):
        from pod.net import ports

        sockets = ports.listen(record.publish)
        if attach.forwards_itself(record.network):
            for sock in sockets:
                sock.close()  # its helper opens them anew, in a moment
        else:
            prepared.ports = list(zip(sockets, record.publish, strict=True))
    if record.network == attach.BRIDGE:
        from pod.net.keeper import client

        try:
            prepared.keeper = client.reach(
                engine.layout.run_network, engine.layout.lock("network"), systemd=engine.settings.systemd
            )
        except BaseException:
            prepared.close()
            raise
    return prepared


def check_publish(record: ContainerRecord) -> str:
    """Return what the user should be told of published ports that lead nowhere, "" where they do not.

    Raises UsageError where another container's network is used, whose ports are that one's.
    """
    mode = record.network.partition(":")[0]
    if not record.publish or attach.publishes(record.network):
        return ""
    if mode == "container":
        raise UsageError(
            f"cannot publish ports with --network {record.network}",
            hint="publish them on the container whose network it is",
        )
    return f"published ports mean nothing with --network {mode}: they are discarded"
