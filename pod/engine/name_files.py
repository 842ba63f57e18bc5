"""What a container finds in /etc/hosts and /etc/resolv.conf. Written at every start, and when its networks change."""

from __future__ import annotations

import os

from pod.engine import owners, sharing
from pod.errors import UsageError
from pod.linux import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.net.attach import NetworkPlan
    from pod.storage.container_records import ContainerRecord


_HOSTS = "/etc/hosts"


def write_names(engine: Engine, record: ContainerRecord, plan: NetworkPlan) -> None:
    """Write both files, in place: a running container has them mounted. Raises UsageError for a --hosts-file."""
    write_in_place(engine, record, "hosts", _hosts(record, plan, sharing.hostname(engine, record)))
    write_in_place(engine, record, "resolv.conf", _resolv_conf(record, plan))


def write_in_place(engine: Engine, record: ContainerRecord, name: str, text: str) -> None:
    """Write a small file for a container, keeping the inode that it has mounted. It belongs to the container's root."""
    path = f"{engine.layout.run_container(record.id)}/{name}"
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        files.write_all(fd, text.encode())
        if record.id_map is not None:
            os.fchown(fd, *owners.outside(record, 0, 0))
    finally:
        os.close(fd)


def _hosts(record: ContainerRecord, plan: NetworkPlan, hostname: str) -> str:
    lines = _first_hosts(record, plan)
    for entry in record.add_host:
        host, _, address = entry.partition(":")
        if address == "host-gateway":
            address = _gateway(record, plan, host)
        lines.append(f"{address}\t{host}")
    if record.hosts_file not in ("", "none"):
        lines.append(_base(record.hosts_file))
    if plan.host_address and not plan.shared_files:
        lines.append(f"{plan.host_address}\thost.containers.internal host.docker.internal")
    names = _own_names(record, hostname)
    addresses = (plan.address or "127.0.1.1", *plan.more_addresses)
    lines += [f"{address}\t{names}" for address in addresses]
    return "\n".join(lines) + "\n"


def _first_hosts(record: ContainerRecord, plan: NetworkPlan) -> list[str]:
    """Return what the file begins with: whoever shares a network knows whom its owner knows."""
    if plan.shared_files:
        return [_base(f"{plan.shared_files}/hosts")]
    if plan.mode == "host" and not record.hosts_file and os.path.exists(_HOSTS):
        return [_base(_HOSTS)]
    return ["127.0.0.1\tlocalhost localhost.localdomain", "::1\tlocalhost localhost.localdomain"]


def _own_names(record: ContainerRecord, hostname: str) -> str:
    full = f"{hostname}.{record.domainname}" if hostname and record.domainname else ""
    return " ".join(dict.fromkeys(n for n in (full, hostname, record.name) if n))


def _base(path: str) -> str:
    try:
        return files.read_bytes(path, 1 << 20).decode(errors="replace").rstrip("\n")
    except OSError as err:
        raise UsageError(f"cannot read the hosts file {path}: {err.strerror}") from err


def _gateway(record: ContainerRecord, plan: NetworkPlan, host: str) -> str:
    if not plan.host_address:
        raise UsageError(
            f"--add-host {host}:host-gateway: with --network {record.network} the host has no address in the container",
            hint="leave it away, or choose --network slirp4netns or host",
        )
    return plan.host_address


def _resolv_conf(record: ContainerRecord, plan: NetworkPlan) -> str:
    """Return the resolver's configuration: the host's, with servers that the container can reach, or what was asked.

    A network's name server stays in its place when others are asked for: it forwards to those.
    """
    path = f"{plan.shared_files}/resolv.conf" if plan.shared_files else "/etc/resolv.conf"
    servers, search, options = _resolvers(path)
    if plan.has_names and not plan.shared_files:
        servers = list(plan.name_servers)
    else:
        if plan.name_servers and not plan.shared_files:
            servers = [*plan.name_servers, *(s for s in servers if not _is_loopback(s))]
        servers = list(record.dns) or servers
    search = list(record.dns_search) or search
    options = list(record.dns_option) or options
    lines = [f"nameserver {server}" for server in servers]
    if search and search != ["."]:
        lines.insert(0, f"search {' '.join(search)}")
    if options:
        lines.append(f"options {' '.join(options)}")
    return "\n".join(lines) + "\n"


def _resolvers(path: str) -> tuple[list[str], list[str], list[str]]:
    """Return the name servers, search domains and options of a resolv.conf(5)."""
    servers: list[str] = []
    search: list[str] = []
    options: list[str] = []
    try:
        text = files.read_bytes(path, 1 << 16).decode(errors="replace")
    except OSError:
        return servers, search, options
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if len(words) >= 2 and words[0] == "nameserver":
            servers.append(words[1])
        elif len(words) >= 2 and words[0] in ("search", "domain"):
            search = words[1:]
        elif words[:1] == ["options"]:
            options += words[1:]
    return servers, search, options


def _is_loopback(address: str) -> bool:
    return address.startswith("127.") or address == "::1"
