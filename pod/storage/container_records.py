"""The documents of a container: record.json (what was asked) and state.json (what happened)."""

from __future__ import annotations

from pod.linux.idmap import IdMap
from pod.linux.process import ProcessId
from pod.network_values import Attachment, NetworkJoin, PortMapping
from pod.oci.image_config import Healthcheck
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VERSION = 1


class Mount(Record):
    """One mount of a container; `type` is bind, volume, tmpfs, image, devpts, ramfs or glob.

    Options are the words of `-v` and fstab (ro, rshared, U, O). Of a volume, `source` is filled in when the container
    is made; of an image it is the name that the user wrote.
    """

    _omit_defaults = True

    type: str
    target: str
    source: str = ""
    options: tuple[str, ...] = ()
    name: str = ""  # of a volume
    anonymous: bool = False  # a volume that nobody named
    driver: str = ""  # of a volume that is made for this mount, with its options
    driver_options: dict[str, str] = {}
    volume_labels: dict[str, str] = {}
    subpath: str = ""  # what is mounted of a volume or an image
    stands_for_other: bool = False  # a volume that is to be mounted before its use and released afterwards
    image_digest: str = ""  # of an image's manifest, and its layers, lowest first
    layers: tuple[str, ...] = ()


class SecretUse(Record):
    """A secret that a container has, as a file or in a variable; never the secret itself."""

    _omit_defaults = True

    source: str  # as the user wrote it
    id: str = ""
    name: str = ""
    is_variable: bool = False
    target: str = ""  # of the file, below /run/secrets unless it is absolute, or of the variable; "" is its name
    uid: int = 0
    gid: int = 0
    mode: int = 0o444
    copied: bool = False  # kept with the container, so that it stays what it was


class Ulimit(Record):
    """A resource limit by its name without RLIMIT_, lower case; -1 is unlimited."""

    name: str
    soft: int
    hard: int


class LogConfig(Record):
    """How output is kept."""

    driver: str = "k8s-file"
    options: dict[str, str] = {}

    @property
    def passes_through(self) -> bool:
        """True where the program has the caller's own streams, and there is nothing to keep."""
        return self.driver in ("passthrough", "passthrough-tty")


class RestartPolicy(Record):
    """What happens after the container exits."""

    name: str = "no"
    maximum_retries: int = 0


class Lifecycle(Record):
    """How a container begins and ends, and who is told."""

    _omit_defaults = True

    requires: tuple[str, ...] = ()  # names or ids of containers that must run first
    timeout: int = 0  # seconds after which it is stopped; 0 is no limit
    remove_image: bool = False  # with --rm: remove the image, too, unless others use it
    id_file: str = ""  # of the host, for the container's id; it goes with the container
    pid_file: str = ""  # of the host, for the pid of the container's first process
    monitor_pid_file: str = ""
    notify: str = "container"  # container, conmon, healthy or ignore: who tells NOTIFY_SOCKET that it is ready


class AskedIds(Record):
    """One --uidmap or --gidmap: `count` ids from `inside` on are those from `outside` on in the user's namespace."""

    inside: int
    outside: int
    count: int = 1
    of_host: bool = False  # `outside` is a number of the machine's
    extends: bool = False  # the ids that are not named are to be there, too


class Users(Record):
    """Which users and groups the container has: --userns, or a map spelled out."""

    _omit_defaults = True

    mode: str = ""  # host, keep-id, nomap, auto, private, container, ns; "" is host
    value: str = ""  # of container and ns: which one
    uid: int | None = None  # of keep-id: who the user is inside
    gid: int | None = None
    size: int = 0  # of keep-id and auto: how many ids
    uid_map: tuple[AskedIds, ...] = ()
    gid_map: tuple[AskedIds, ...] = ()
    subuid_name: str = ""  # whose ranges of /etc/subuid they are
    subgid_name: str = ""

    @property
    def text(self) -> str:
        """The mode as other namespaces have theirs: host, container:NAME, ns:PATH."""
        return f"{self.mode}:{self.value}" if self.value else self.mode


class Accounts(Record):
    """What is added to the container's /etc/passwd and /etc/group."""

    _omit_defaults = True

    enabled: bool = True
    passwd_entry: str = ""  # a template in place of the line for the container's user
    group_entry: str = ""
    host_users: tuple[str, ...] = ()  # users of the machine who are to be known inside


class HealthPolicy(Record):
    """What the results of health checks lead to, and where they are kept."""

    _omit_defaults = True

    on_failure: str = "none"  # none, kill, restart or stop, once the container is unhealthy
    startup: Healthcheck | None = None  # the check until it has succeeded; its `retries` failures restart the container
    startup_successes: int = 1  # how often it must succeed
    log_destination: str = "local"  # beside the container's documents, a folder of the host, or events_logger
    max_log_count: int = 5  # results that are kept; 0 is all
    max_log_size: int = 4096  # bytes of a check's output that are kept; 0 is all


class DeviceLimit(Record):
    """A limit on one disk: weight, bytes or operations per second."""

    path: str
    value: int


class Resources(Record):
    """Limits that a control group keeps; 0 and "" are none. Sizes are bytes, -1 is without end."""

    _omit_defaults = True

    memory: int = 0
    memory_reservation: int = 0
    memory_swap: int = 0  # memory and swap together
    nano_cpus: int = 0
    cpu_shares: int = 0
    cpu_period: int = 0  # microseconds
    cpu_quota: int = 0
    cpuset_cpus: str = ""
    cpuset_mems: str = ""
    pids_limit: int = 0
    blkio_weight: int = 0
    blkio_weight_device: tuple[DeviceLimit, ...] = ()
    device_read_bps: tuple[DeviceLimit, ...] = ()
    device_write_bps: tuple[DeviceLimit, ...] = ()
    device_read_iops: tuple[DeviceLimit, ...] = ()
    device_write_iops: tuple[DeviceLimit, ...] = ()
    files: dict[str, str] = {}  # of the control group, as they are to be written


class ControlGroup(Record):
    """Where a container's processes are counted."""

    _omit_defaults = True

    mode: str = "enabled"  # disabled: in that of the command; no-conmon and split are enabled here
    parent: str = ""


class Systemd(Record):
    """What a container needs in which systemd is the first process."""

    _omit_defaults = True

    mode: str = "true"  # true: where the command is an init; false; always
    size: int = 0  # of what is mounted for it; 0 is the kernel's default
    enabled: bool = False  # what came of it


class PodMember(Record):
    """The pod that a container belongs to, and what it is in there."""

    _omit_defaults = True

    id: str = ""  # of the pod; asked for, it may be a name, or new:NAME
    infra: bool = False  # it holds the namespaces that the pod shares
    init: str = ""  # always or once: it runs to its end before the others start


class ContainerSettings(Record):
    """What `create` is asked for and the record keeps as it is: a field here is the same one in both.

    What the image or the engine has a say in is a field of each of the two, and mixed in pod.engine.create.
    """

    _omit_defaults = True

    name: str = ""
    create_command: tuple[str, ...] = ()
    group_add: tuple[str, ...] = ()
    hostname: str = ""
    domainname: str = ""
    annotations: dict[str, str] = {}
    tty: bool = False
    attach: tuple[str, ...] = ()  # stdin, stdout, stderr; () is the default of the verb
    auto_remove: bool = False
    read_only: bool = False
    read_only_tmpfs: bool = True
    init: bool = False
    init_path: str = ""  # of the host: an init in place of the one that pod has
    privileged: bool = False
    cap_add: tuple[str, ...] = ()
    cap_drop: tuple[str, ...] = ()
    security_opt: tuple[str, ...] = ()
    seccomp_policy: str = "default"  # image: the profile is the one in a label of the image
    personality: str = ""
    systemd: Systemd = Systemd()
    mounts: tuple[Mount, ...] = ()  # -v, --mount and --tmpfs together, in order
    volumes_from: tuple[str, ...] = ()  # CONTAINER[:OPTIONS]
    secrets: tuple[SecretUse, ...] = ()
    chroot_folders: tuple[str, ...] = ()  # in the container, which get hosts, hostname and resolv.conf too
    devices: tuple[str, ...] = ()  # of the host: PATH, PATH:PATH inside, or a CDI name vendor/class=name
    network: str = ""  # the mode, with its options behind a colon; "bridge" where `networks` are named
    networks: tuple[NetworkJoin, ...] = ()
    publish: tuple[PortMapping, ...] = ()
    publish_all: bool = False
    expose: tuple[str, ...] = ()  # 80/tcp; in the record the image's, too
    links: tuple[str, ...] = ()  # NAME:ALIAS
    hosts_file: str = ""  # "" is this machine's names left out; "none", "image" or a path
    users: Users = Users()
    accounts: Accounts = Accounts()
    ulimits: tuple[Ulimit, ...] = ()
    resources: Resources = Resources()
    control_group: ControlGroup = ControlGroup()
    sysctls: dict[str, str] = {}
    oom_score_adj: int | None = None
    timezone: str = ""  # a name of the time zone database, or "local"
    no_hosts: bool = False  # leave the image's /etc/hosts alone
    no_hostname: bool = False  # leave the image's /etc/hostname alone
    add_host: tuple[str, ...] = ()  # name:address
    dns: tuple[str, ...] = ()
    dns_search: tuple[str, ...] = ()
    dns_option: tuple[str, ...] = ()
    log: LogConfig = LogConfig()
    restart: RestartPolicy = RestartPolicy()
    lifecycle: Lifecycle = Lifecycle()
    health: HealthPolicy = HealthPolicy()
    pod: PodMember = PodMember()

    def settings(self) -> dict[str, Any]:
        """Return these fields alone, for the constructor of another kind of settings."""
        return {name: getattr(self, name) for name in ContainerSettings._fields}


class ContainerRecord(ContainerSettings, kw_only=True):
    """What was asked of `create`, with the image's defaults filled in: all that `start` needs."""

    version: int
    id: str
    created: str
    image: str  # the image's id: the digest of its configuration, sha256:…
    image_name: str  # as the user wrote it
    image_digest: str = ""  # of the manifest
    layers: tuple[str, ...] = ()  # diff ids, sha256:…, lowest first
    rootfs: str = ""  # the folder of the host that is the root in place of an image
    rootfs_overlay: bool = False  # that folder is not changed: the container's changes are its own
    id_map: IdMap | None = None  # of its own user namespace, None where it shares the user's
    command: tuple[str, ...] = ()  # the whole argv: entrypoint and command
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    working_dir: str = ""
    user: str = ""
    labels: dict[str, str] = {}
    open_stdin: bool = False
    stdin_once: bool = False
    pid_mode: str = "private"
    ipc_mode: str = "private"
    uts_mode: str = "private"
    cgroup_mode: str = "private"
    shm_size: int = 65536000
    umask: str = "0022"
    stop_signal: str = "SIGTERM"
    stop_timeout: int = 10
    detach_keys: str = "ctrl-p,ctrl-q"
    healthcheck: Healthcheck | None = None
    unknown: dict[str, Any] = {}

    @property
    def shares_processes(self) -> bool:
        """True where the pid namespace is not its own: what it starts may outlive its first process."""
        return self.pid_mode not in ("", "private")

    @property
    def needs(self) -> tuple[str, ...]:
        """The names or ids of the containers that must run for this one to run (see pod.engine.dependencies)."""
        modes = (self.network, self.pid_mode, self.ipc_mode, self.uts_mode, self.users.text, self.cgroup_mode)
        return (*self.lifecycle.requires, *(mode[10:] for mode in modes if mode.startswith("container:")))


class ContainerState(Record):
    """What happened to a container so far. A status of `running` holds only while its processes live in this boot."""

    _omit_defaults = True

    version: int = VERSION
    status: str = "created"
    init: ProcessId | None = None
    monitor: ProcessId | None = None
    boot_id: str = ""
    host: str = ""
    started_at: str = ""
    finished_at: str = ""
    exit_code: int = 0
    error: str = ""
    oom_killed: bool = False
    stopped_by_user: bool = False
    restart_count: int = 0
    health: str = ""
    attachments: tuple[Attachment, ...] = ()  # the networks that it is on
    cgroup: str = ""  # the folder of its control group, "" where it has none of its own
    unknown: dict[str, Any] = {}
