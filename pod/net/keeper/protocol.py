"""What the keeper is told and answers: one JSON document per datagram (SOCK_SEQPACKET), descriptors beside it.

    join        container, names, links, dns, joins, networks, given; a network namespace
                → attachments; the shared network namespace. The container is on its networks until the connection ends.
    connect     container, joins, networks    → attachments
    disconnect  container, network            → nothing
    reload      container                     → nothing; its interfaces and the rules are made anew
    rename      container, names              → nothing
    update      network                       → nothing
    status      → members, networks, uplink

A request that fails is answered with `error` and `hint`; with `not_joined`, where its container is not here (yet).
"""

from __future__ import annotations

import _socket
import errno
import os

from pod.errors import NetworkError
from pod.linux import jsonfile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


class NotJoined(NetworkError):
    """The keeper does not know the container: after another keeper's end monitors need a moment to come back."""


SOCKET_NAME = "keeper.sock"
_MAXIMUM = 1 << 17
_FDS = 2


def send(sock: _socket.socket, document: dict[str, Any], fds: Sequence[int] = ()) -> None:
    """Send one message. Raises NetworkError where it is too large, OSError where the other side is gone."""
    rights = b"".join(fd.to_bytes(4, "little") for fd in fds)
    ancillary = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, rights)] if rights else []
    try:
        sock.sendmsg([jsonfile.dumps(document)], ancillary, _socket.MSG_NOSIGNAL)
    except OSError as err:
        if err.errno == errno.EMSGSIZE:
            raise NetworkError("the networks of this container are described in more than the kernel takes") from err
        raise


def receive(sock: _socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """Return one message and its descriptors; None where the other side has ended the conversation."""
    try:
        data, ancillary, _flags, _address = sock.recvmsg(
            _MAXIMUM, _socket.CMSG_SPACE(4 * _FDS), _socket.MSG_CMSG_CLOEXEC
        )
    except ConnectionResetError:
        return None, []
    fds: list[int] = []
    for level, kind, content in ancillary:
        if (level, kind) == (_socket.SOL_SOCKET, _socket.SCM_RIGHTS):
            fds += [int.from_bytes(content[at : at + 4], "little") for at in range(0, len(content) - 3, 4)]
    if not data:
        for fd in fds:
            os.close(fd)
        return None, []
    document: dict[str, Any] = jsonfile.loads(data)
    return document, fds
