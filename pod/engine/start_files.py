"""What is written for one start of a container: hosts, hostname, resolv.conf, and the OCI bundle."""

from __future__ import annotations

import os

from pod.engine import security, sharing, spec, timezone
from pod.errors import UsageError
from pod.linux import files, jsonfile
from pod.oci.runtime_spec import Rlimit
from pod.runtime.bundle import Bundle
from pod.storage.container_records import ContainerRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.engine.mounts.plan import MountPlan
    from pod.net.attach import NetworkPlan

_CONTAINERENV = b'engine="pod"\nrootless=1\n'


def write_bundle(engine: Engine, record: ContainerRecord, plan: NetworkPlan, mounts: MountPlan) -> Bundle:
    """Write the generated files and config.json; return the bundle, its root file system still to be attached."""
    run_folder = engine.layout.run_container(record.id)
    hostname = sharing.hostname(engine, record)
    _write(f"{run_folder}/hosts", _hosts(record, plan, hostname))
    _write(f"{run_folder}/hostname", hostname + "\n")
    _write(f"{run_folder}/resolv.conf", _resolv_conf(record, plan))
    _write(f"{run_folder}/containerenv", _CONTAINERENV.decode())
    if record.timezone:
        files.write_atomic(f"{run_folder}/localtime", timezone.data(record.timezone), mode=0o644, durable=False)
    document = spec.build(record, run_folder, sharing.paths(engine, record), _limits(record), mounts.mounts)
    folder = engine.layout.container(record.id)
    jsonfile.write(f"{folder}/config.json", document.to_json(), durable=False)
    return Bundle(
        spec=document,
        rootfs=f"{folder}/rootfs",
        user=record.user,
        group_add=record.group_add,
        seccomp=security.seccomp_program(engine, record),
        cap_add=record.cap_add,
        init=record.init,
    )


def _write(path: str, text: str) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        files.write_all(fd, text.encode())
    finally:
        os.close(fd)


def _limits(record: ContainerRecord) -> tuple[Rlimit, ...]:
    import resource

    limits = []
    for limit in record.ulimits:
        name = f"RLIMIT_{limit.name.upper()}"
        if not hasattr(resource, name):
            raise UsageError(f"unknown ulimit {limit.name!r}")
        unlimited = resource.RLIM_INFINITY
        limits.append(
            Rlimit(name, unlimited if limit.soft < 0 else limit.soft, unlimited if limit.hard < 0 else limit.hard)
        )
    return tuple(limits)


def _hosts(record: ContainerRecord, plan: NetworkPlan, hostname: str) -> str:
    lines = ["127.0.0.1\tlocalhost localhost.localdomain", "::1\tlocalhost localhost.localdomain"]
    for entry in record.add_host:
        host, _, address = entry.partition(":")
        if address == "host-gateway":
            address = _gateway(record, plan, host)
        lines.append(f"{address}\t{host}")
    if plan.host_address:
        lines.append(f"{plan.host_address}\thost.containers.internal host.docker.internal")
    names = " ".join(dict.fromkeys(n for n in (hostname, record.name) if n))
    lines.append(f"{plan.address or '127.0.1.1'}\t{names}")
    return "\n".join(lines) + "\n"


def _gateway(record: ContainerRecord, plan: NetworkPlan, host: str) -> str:
    if not plan.host_address:
        raise UsageError(
            f"--add-host {host}:host-gateway: with --network {record.network} the host has no address in the container",
            hint="leave it away, or choose --network slirp4netns or host",
        )
    return plan.host_address


def _resolv_conf(record: ContainerRecord, plan: NetworkPlan) -> str:
    """Return the resolver's configuration: the host's, with servers that the container can reach, or what was asked."""
    servers, search, options = _host_resolvers()
    if plan.name_server:
        servers = [plan.name_server, *(s for s in servers if not _is_loopback(s))]
    servers = list(record.dns) or servers
    search = list(record.dns_search) or search
    options = list(record.dns_option) or options
    lines = [f"nameserver {server}" for server in servers]
    if search and search != ["."]:
        lines.insert(0, f"search {' '.join(search)}")
    if options:
        lines.append(f"options {' '.join(options)}")
    return "\n".join(lines) + "\n"


def _host_resolvers() -> tuple[list[str], list[str], list[str]]:
    """Return the host's name servers, search domains and options (resolv.conf(5))."""
    servers: list[str] = []
    search: list[str] = []
    options: list[str] = []
    try:
        text = files.read_bytes("/etc/resolv.conf", 1 << 16).decode(errors="replace")
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
