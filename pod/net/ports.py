"""Published ports on the host's side: sockets that listen, made before anything is started.

Whoever holds them holds the port: the command that starts a container makes them, its monitor inherits them, and the
kernel frees them with the monitor's last breath.
"""

from __future__ import annotations

import _socket
import errno

from pod.errors import NetworkError, PodError
from pod.linux import files
from pod.net import addresses
from pod.network_values import PortMapping

_BACKLOG = 4096
_KINDS = {"tcp": _socket.SOCK_STREAM, "udp": _socket.SOCK_DGRAM}
_PRIVILEGED = "/proc/sys/net/ipv4/ip_unprivileged_port_start"
_held: dict[PortMapping, _socket.socket] = {}  # chosen and not yet listened on


def listen(mappings: tuple[PortMapping, ...]) -> list[_socket.socket]:
    """Return one socket for each mapping. Raises NetworkError that says why a port cannot be had, and what helps."""
    made: list[_socket.socket] = []
    try:
        for mapping in mappings:
            made.append(_held.pop(mapping) if mapping in _held else _open(mapping))
    except BaseException:
        for sock in made:
            sock.close()
        raise
    return made


def choose(mapping: PortMapping) -> PortMapping:
    """Return the mapping with a port of the host that is free now, where none was asked for.

    The port is held for a `listen` of this process, so that of many commands at once no two choose the same.
    """
    if mapping.host_last:
        return _first_free(mapping)
    if mapping.host_port:
        return mapping
    sock = _open(mapping)
    chosen = mapping.replace(host_port=sock.getsockname()[1])
    _held[chosen] = sock
    return chosen


def _first_free(mapping: PortMapping) -> PortMapping:
    for port in range(mapping.host_port, mapping.host_last + 1):
        candidate = mapping.replace(host_port=port, host_last=0)
        try:
            _held[candidate] = _open(candidate)
        except NetworkError:
            if port == mapping.host_last:
                raise
            continue
        return candidate
    raise NetworkError(f"cannot publish port {mapping}: the range is empty")


def _open(mapping: PortMapping) -> _socket.socket:
    if mapping.protocol not in _KINDS:
        raise NetworkError(
            f"cannot publish port {mapping}: only TCP and UDP can be published without root",
            hint="containers on one network reach each other over SCTP without publishing",
        )
    try:
        return _bound(mapping)
    except OSError as err:
        raise _refusal(mapping, err) from err


def _bound(mapping: PortMapping) -> _socket.socket:
    """Bind an address; no address is all of IPv4 and IPv6, or of IPv4 where the machine has no IPv6."""
    if mapping.host_ip:
        return _bind(addresses.family(mapping.host_ip), mapping.host_ip, mapping)
    try:
        return _bind(_socket.AF_INET6, "::", mapping)
    except OSError as err:
        if err.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
            raise
        return _bind(_socket.AF_INET, "0.0.0.0", mapping)


def _bind(family: int, address: str, mapping: PortMapping) -> _socket.socket:
    sock = _socket.socket(family, _KINDS[mapping.protocol] | _socket.SOCK_CLOEXEC | _socket.SOCK_NONBLOCK)
    try:
        if mapping.protocol == "tcp":
            sock.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)  # old connections may still be ending
        if family == _socket.AF_INET6:
            sock.setsockopt(_socket.IPPROTO_IPV6, _socket.IPV6_V6ONLY, int(mapping.host_ip != ""))
        sock.bind((address, mapping.host_port))
        if mapping.protocol == "tcp":
            sock.listen(_BACKLOG)
    except OSError:
        sock.close()
        raise
    return sock


def _refusal(mapping: PortMapping, err: OSError) -> PodError:
    what = f"cannot publish port {mapping}"
    if err.errno == errno.EADDRINUSE:
        return NetworkError(
            f"{what}: it is taken by another program or container",
            hint=f"`ss -lntup 'sport = :{mapping.host_port}'` shows by which; "
            f"or leave the choice to pod: -p {mapping.container_port}",
        )
    if err.errno in (errno.EACCES, errno.EPERM):
        return NetworkError(
            f"{what}: without root only ports from {_first_unprivileged()} on can be opened",
            hint=f"choose one, e.g. -p {mapping.host_port + 8000}:{mapping.container_port}; an administrator allows "
            f"this one with: sysctl -w net.ipv4.ip_unprivileged_port_start={mapping.host_port}",
        )
    if err.errno == errno.EADDRNOTAVAIL:
        return NetworkError(f"{what}: this machine has no address {mapping.host_ip}", hint="`ip addr` lists them")
    return NetworkError(f"{what}: {err.strerror}")


def _first_unprivileged() -> int:
    try:
        return int(files.read_bytes(_PRIVILEGED, 64))
    except OSError:
        return 1024
