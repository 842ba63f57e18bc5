"""Speaking with the keeper: connect, or start one; ask; and stay connected for as long as a container runs."""

from __future__ import annotations

import _socket
import os

from pod.errors import NetworkError
from pod.linux import files, jsonfile, locks, process
from pod.net.keeper import protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

PATIENCE = 60.0
"""Seconds for an answer: longer than a driver's plugin is waited for, and a machine that is very busy takes."""
_KIND = _socket.SOCK_SEQPACKET | _socket.SOCK_CLOEXEC


class Connection:
    """One connection to the keeper."""

    def __init__(self, sock: _socket.socket) -> None:
        self.socket = sock

    def fileno(self) -> int:
        return self.socket.fileno()

    def close(self) -> None:
        self.socket.close()

    def ask(self, verb: str, fds: Sequence[int] = (), **request: Any) -> tuple[dict[str, Any], list[int]]:
        """Send a request and return its answer, with the descriptors that came with it. Raises NetworkError."""
        self.socket.settimeout(PATIENCE)
        try:
            protocol.send(self.socket, {"verb": verb, **request}, fds)
            answer, given = protocol.receive(self.socket)
        except TimeoutError:
            raise NetworkError(
                f"the process that keeps the networks has not answered for {PATIENCE:g} seconds",
                hint="end it: pkill -9 -f '^pod: networks'; it is started anew, and containers keep their addresses",
            ) from None
        except OSError:
            answer, given = None, []
        finally:
            self.socket.settimeout(None)
        if answer is None:
            raise KeeperGone("the process that keeps the networks has ended", hint="try again: it is started anew")
        if "error" in answer:
            kind = protocol.NotJoined if answer.get("not_joined") else NetworkError
            raise kind(answer["error"], hint=answer.get("hint", ""))
        return answer, given


class KeeperGone(NetworkError):
    """The keeper was killed, or could not start."""


def reach(folder: str, lock: str, namespace: int = -1, systemd: Sequence[str] = ()) -> Connection:
    """Return a connection to the keeper of a runtime folder, started now where there is none.

    `systemd` are the sockets of the user's, for whom the keeper is a unit of its own. `namespace` is the shared network
    namespace that a keeper before this one has left. The caller is in the user's namespace.
    """
    files.make_folders(folder)
    with locks.Lock(lock):
        found = connect(folder)
        if found is None:
            _start(folder, lock, namespace, systemd)
            found = connect(folder)
    if found is None:
        raise KeeperGone("the process that keeps the networks could not be started")
    return found


def connect(folder: str) -> Connection | None:
    """Return a connection to the keeper of a runtime folder; None where there is none."""
    sock = _socket.socket(_socket.AF_UNIX, _KIND)
    try:
        _with_short_path(folder, sock.connect)
    except (FileNotFoundError, ConnectionRefusedError):
        sock.close()
        return None
    return Connection(sock)


def _start(folder: str, lock: str, namespace: int, systemd: Sequence[str]) -> None:
    """Start a keeper with the socket that its clients connect to: they need not wait until it is ready."""
    files.remove_file(f"{folder}/{protocol.SOCKET_NAME}")
    listener = _socket.socket(_socket.AF_UNIX, _KIND)
    _with_short_path(folder, listener.bind)
    os.chmod(f"{folder}/{protocol.SOCKET_NAME}", 0o600)
    listener.listen(1024)
    document = {
        "listener": listener.fileno(),
        "folder": folder,
        "lock": lock,
        "namespace": namespace,
        "systemd": [*systemd],
    }
    argv = process.python_argv("pod.net.keeper.main", jsonfile.dumps(document).decode())
    passed = [listener.fileno(), *([namespace] if namespace >= 0 else [])]
    log = os.open(f"{folder}/keeper.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin")}
    middle = os.fork()  # the keeper is nobody's child: whoever starts it may well end before it
    if middle == 0:
        try:
            files.close_others({0, 1, 2, log, *passed})
            process.spawn(argv, env=environment, cwd="/", stderr=log, pass_fds=passed, new_session=True)
        finally:
            os._exit(0)
    os.waitpid(middle, 0)
    os.close(log)
    listener.close()


def _with_short_path(folder: str, call: Any) -> None:
    """Call bind or connect with a name that fits into the 107 bytes of a unix address (unix(7))."""
    fd = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        call(f"/proc/self/fd/{fd}/{protocol.SOCKET_NAME}")
    finally:
        os.close(fd)
