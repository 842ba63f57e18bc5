"""Starting the forwarder of a container's published ports, when somebody first comes to one.

It is a process of its own, and ends when nobody has come for a while: a container that nobody talks to costs nothing.
What the forwarder needs (pod.net.forward) is not imported before it runs: the monitor that forks it stays small.
"""

from __future__ import annotations

import os

from pod.linux import files, process
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import _socket
    from collections.abc import Sequence

_SIGKILL = 9


class Target(Record):
    """Where a published port leads: seen from the network namespace that the forwarder moves to."""

    address: str
    port: int
    transparent: bool = False  # connect in the name of a client of another machine: answers find their way back


def fork(namespace: int, shared: int, listeners: Sequence[tuple[_socket.socket, Target]], container: str) -> int:
    """Start the forwarder of a container and return its pid. It ends with this process.

    `namespace` is the container's network namespace, `shared` the one of the bridges that it is on, -1 for none.
    """
    parent = os.getpid()
    pid = os.fork()
    if pid != 0:
        return pid
    code = 1
    try:
        from pod.linux import syscalls as sc
        from pod.net.forward import Forwarder, Places

        sc.prctl(sc.PR_SET_PDEATHSIG, _SIGKILL)
        if os.getppid() == parent:
            kept = (namespace, shared, *(sock.fileno() for sock, _target in listeners))
            files.close_others({0, 1, 2, *kept} - {-1})
            process.set_title(f"pod: ports of container {container[:12]}")
            Forwarder(listeners, Places(namespace, shared)).run()
        code = 0
    finally:
        os._exit(code)
