"""From a container's record to the OCI configuration that the runtime executes: pure, no file is touched.

What every container gets follows Podman's rootless defaults: its mounts, masked and read-only paths
(containers/common, pkg/config/default.go) and capabilities.
"""

from __future__ import annotations

import os

from pod.engine import masks
from pod.oci import runtime_spec as oci
from pod.runtime import capabilities
from pod.storage.container_records import ContainerRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.linux.idmap import IdMap

DEFAULT_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SHORT_ID = 12
INIT_PATH = "/run/pod-init"  # where --init-path is mounted


def build(
    record: ContainerRecord,
    run_folder: str,
    joined: dict[str, str],
    limits: tuple[oci.Rlimit, ...],
    user_mounts: tuple[oci.Mount, ...] = (),
) -> oci.Spec:
    """Return the configuration for one start of the container.

    `run_folder` holds the generated hosts, hostname and resolv.conf; `joined` gives the paths of namespaces to share
    with other containers, by type; `limits` are the resource limits in the kernel's names; `user_mounts` come last.
    """
    return oci.Spec(
        oci.OCI_VERSION,
        _process(record, limits),
        oci.Root("rootfs", record.read_only),
        hostname=hostname(record) if record.uts_mode != "host" else "",
        domainname=record.domainname,
        mounts=(*_mounts(record, run_folder, joined), *user_mounts),
        linux=with_users(
            record.id_map,
            oci.Linux(
                namespaces=_namespaces(record, joined),
                masked_paths=masks.masked_paths(record),
                readonly_paths=masks.readonly_paths(record),
                sysctl=_sysctls(record, joined),
                personality=oci.Personality(record.personality) if record.personality else None,
            ),
            joined.get("user", ""),
        ),
        annotations=record.annotations,
    )


def with_users(id_map: IdMap | None, linux: oci.Linux, path: str = "") -> oci.Linux:
    """Return the configuration with the user namespace of a container that has its own, to be joined with a path."""
    if id_map is None:
        return linux
    return linux.replace(
        namespaces=(oci.Namespace("user", path), *linux.namespaces),
        uid_mappings=tuple(oci.IdMapping(part.inside, part.outside, part.count) for part in id_map.uids),
        gid_mappings=tuple(oci.IdMapping(part.inside, part.outside, part.count) for part in id_map.gids),
    )


def groups(record: ContainerRecord) -> tuple[str, ...]:
    """Return the groups that the container's program is in besides its user's: with keep-id, the user's own one."""
    if record.users.mode != "keep-id" or record.id_map is None:
        return record.group_add
    from pod.runtime.users import KEEP_GROUPS  # it brings ctypes, which who only looks at a container can do without

    if KEEP_GROUPS in record.group_add:
        return record.group_add
    own = next(part.inside for part in record.id_map.gids if part.outside == 0)
    return (*record.group_add, str(own))


def hostname(record: ContainerRecord) -> str:
    """The name inside the container: the asked one, the host's where network or names are shared, or the short id."""
    if record.hostname:
        return record.hostname
    return os.uname().nodename if "host" in (record.uts_mode, record.network) else record.id[:SHORT_ID]


def _process(record: ContainerRecord, limits: tuple[oci.Rlimit, ...]) -> oci.Process:
    return oci.Process(
        args=(INIT_PATH, "--", *record.command) if record.init_path else record.command,
        cwd=record.working_dir or "/",
        user=oci.User(0, 0, umask=int(record.umask, 8)),
        env=environment(record),
        terminal=record.tty,
        capabilities=_capabilities(record),
        rlimits=limits,
        oom_score_adj=record.oom_score_adj,
        no_new_privileges=security_option(record, "no-new-privileges") in ("", "true"),
    )


def environment(record: ContainerRecord) -> tuple[str, ...]:
    """Return the variables of the container: the record's, after those that every container has."""
    given = {item.partition("=")[0] for item in record.env}
    defaults = [DEFAULT_PATH, f"HOSTNAME={hostname(record)}", "container=pod"]
    if record.tty:
        defaults.append("TERM=xterm")
    if record.systemd.enabled:
        defaults.append(f"container_uuid={record.id[:32]}")  # what becomes /etc/machine-id, where the image has none
    return (*(item for item in defaults if item.partition("=")[0] not in given), *record.env)


def _capabilities(record: ContainerRecord) -> oci.Capabilities:
    names = capabilities.resolve(record.cap_add, record.cap_drop, privileged=record.privileged)
    return oci.Capabilities(bounding=names, effective=names, permitted=names)


def security_option(record: ContainerRecord, name: str) -> str | None:
    """Return the value of a --security-opt (`name=value`, `name:value`, or the bare name: ""); None if not given."""
    for option in record.security_opt:
        for separator in ("=", ":"):
            key, found, value = option.partition(separator)
            if key == name:
                return value if found else ""
    return None


def _namespaces(record: ContainerRecord, joined: dict[str, str]) -> tuple[oci.Namespace, ...]:
    modes = {
        "pid": record.pid_mode,
        "ipc": record.ipc_mode,
        "uts": record.uts_mode,
        "network": record.network,
        "cgroup": record.cgroup_mode,
    }
    kinds = [oci.Namespace("mount")]
    kinds += [oci.Namespace(kind, joined.get(kind, "")) for kind, mode in modes.items() if mode != "host"]
    return tuple(kinds)


_PING = "net.ipv4.ping_group_range"


def _sysctls(record: ContainerRecord, joined: dict[str, str]) -> dict[str, str]:
    """Let root ping without CAP_NET_RAW in a network namespace of its own (icmp(7), ping_group_range)."""
    if record.network == "host" or "network" in joined:
        return record.sysctls
    first = 0 if record.id_map is None else min(part.inside for part in record.id_map.gids)
    wanted = {_PING: f"{first} {first}", **record.sysctls}
    if wanted[_PING] == "0 0":  # as distributions' containers.conf has it; the kernel refuses groups that are not there
        wanted[_PING] = f"{first} {first}"
    return wanted


def _mounts(record: ContainerRecord, run_folder: str, joined: dict[str, str]) -> tuple[oci.Mount, ...]:
    """Return the mounts in order: the system's, the generated files, the devices; the user's may take their places."""
    taken = {mount.target.rstrip("/") or "/" for mount in record.mounts}
    mounts = [m for m in _system_mounts(record, joined) if m.destination not in taken]
    mounts += [m for m in _generated_files(record, run_folder) if m.destination not in taken]
    if record.read_only and record.read_only_tmpfs:
        mounts += [_tmpfs(path) for path in ("/run", "/tmp", "/var/tmp") if path not in taken]
    if record.systemd.enabled:
        mounts += [mount for mount in _of_systemd(record) if mount.destination not in taken]
    if record.init_path:
        mounts.append(oci.Mount(INIT_PATH, "bind", record.init_path, ("bind", "ro", "nosuid", "nodev", "rprivate")))
    mounts.sort(key=lambda mount: mount.destination in ("/run/.containerenv", INIT_PATH))
    return (*mounts, *(_device(device) for device in record.devices if device.startswith("/")))


def _of_systemd(record: ContainerRecord) -> list[oci.Mount]:
    """Return what systemd wants to be a fresh file system (Container Interface of systemd.io)."""
    size = (f"size={record.systemd.size}",) if record.systemd.size else ()
    modes = {"/run": "755", "/run/lock": "755", "/tmp": "1777", "/var/log/journal": "755"}
    return [
        oci.Mount(path, "tmpfs", "tmpfs", ("nosuid", "nodev", f"mode={mode}", *size)) for path, mode in modes.items()
    ]


def _proc_options(record: ContainerRecord) -> tuple[str, ...]:
    """Return what --security-opt proc-opts= says (proc(5), "Mount options")."""
    text = security_option(record, "proc-opts")
    return tuple(text.split(",")) if text else ()


def _device(text: str) -> oci.Mount:
    """A device of the host is bind-mounted: nobody makes device nodes in a user namespace (mknod(2))."""
    source, _, target = text.partition(":")
    return oci.Mount(target or source, "bind", source, ("rbind", "nosuid", "noexec", "rprivate"))


def _tmpfs(path: str) -> oci.Mount:
    return oci.Mount(path, "tmpfs", "tmpfs", ("nosuid", "nodev", "mode=1777" if path != "/run" else "mode=755"))


def _system_mounts(record: ContainerRecord, joined: dict[str, str]) -> list[oci.Mount]:
    hardened = ("nosuid", "noexec", "nodev")
    sysfs_mode = "rw" if record.privileged else "ro"
    cgroup_mode = "rw" if record.systemd.enabled else sysfs_mode
    mounts = [
        oci.Mount("/proc", "proc", "proc", (*hardened, *_proc_options(record))),
        oci.Mount("/dev", "tmpfs", "tmpfs", ("nosuid", "noexec", "strictatime", "mode=755", "size=65536k")),
        oci.Mount("/sys", "sysfs", "sysfs", (*hardened, sysfs_mode)),
        oci.Mount(
            "/dev/pts", "devpts", "devpts", ("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5")
        ),
    ]
    if record.cgroup_mode == "host" and record.network != "host":
        mounts.append(oci.Mount("/sys/fs/cgroup", "bind", "/sys/fs/cgroup", ("rbind", *hardened, cgroup_mode)))
    elif record.network != "host":  # the host's /sys comes with its own cgroup mounts
        mounts.append(oci.Mount("/sys/fs/cgroup", "cgroup", "cgroup", (*hardened, "relatime", cgroup_mode)))
    if record.ipc_mode == "host":
        paths = [path for path in ("/dev/shm", "/dev/mqueue") if os.path.isdir(path)]
        mounts += [oci.Mount(path, "bind", path, ("rbind", *hardened)) for path in paths]
    else:
        mounts += _ipc_mounts(record, joined, hardened)
    return mounts


def _ipc_mounts(record: ContainerRecord, joined: dict[str, str], hardened: tuple[str, ...]) -> list[oci.Mount]:
    """POSIX shared memory is files, which share no namespace: --ipc container:NAME takes that one's /dev/shm, too."""
    if record.ipc_mode.startswith("container:"):
        process = joined["ipc"].removesuffix("/ns/ipc")
        folders = ["/dev/shm"]
        if os.path.isdir(f"{process}/root/dev/mqueue"):  # one that shares this machine's has it where the machine has
            folders.append("/dev/mqueue")
        return [oci.Mount(path, "bind", f"{process}/root{path}", ("bind", *hardened)) for path in folders]
    return [
        oci.Mount("/dev/mqueue", "mqueue", "mqueue", hardened),
        oci.Mount("/dev/shm", "tmpfs", "shm", (*hardened, "mode=1777", f"size={record.shm_size}")),
    ]


def _generated_files(record: ContainerRecord, run_folder: str) -> list[oci.Mount]:
    targets = {"resolv.conf": "/etc/resolv.conf", "containerenv": "/run/.containerenv"}
    if not record.no_hostname:
        targets = {"hostname": "/etc/hostname", **targets}
    if not record.no_hosts:
        targets = {"hosts": "/etc/hosts", **targets}
    if record.timezone:
        targets["localtime"] = "/etc/localtime"
    options = ("bind", "nosuid", "nodev", "noexec", "rprivate")
    return [
        oci.Mount(f"{folder}{target}", "bind", f"{run_folder}/{name}", options)
        for folder in ("", *record.chroot_folders)
        for name, target in targets.items()
        if not folder or name not in ("containerenv", "localtime")
    ]
