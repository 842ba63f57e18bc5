"""What a front door asks of `create` and `run`: parsed, typed, and not yet mixed with the image's defaults.

`None` means "not said": the image's value, or the engine's default, then holds.
"""

from __future__ import annotations

from pod.oci.image_config import Healthcheck
from pod.record import Record
from pod.storage.container_records import LogConfig, Mount, PortMapping, RestartPolicy, Ulimit


class CreateOptions(Record):
    """All options of `create` and `run` that describe the container."""

    image: str
    rootfs: bool = False  # `image` is a folder of the host, with :O behind it one that is not to be changed
    command: tuple[str, ...] = ()
    name: str = ""
    entrypoint: tuple[str, ...] | None = None  # () is an emptied entrypoint
    env: tuple[str, ...] = ()  # KEY=VALUE; a bare KEY was resolved by the front door
    host_env: tuple[str, ...] = ()  # KEY=VALUE of the caller's, which the image's own variables replace
    unset_env: tuple[str, ...] = ()  # names of the image's variables to leave out
    unset_all_env: bool = False
    working_dir: str | None = None
    user: str | None = None
    group_add: tuple[str, ...] = ()
    hostname: str = ""
    domainname: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    tty: bool = False
    interactive: bool = False
    attach: tuple[str, ...] = ()  # stdin, stdout, stderr; () is the default of the verb
    auto_remove: bool = False
    read_only: bool = False
    read_only_tmpfs: bool = True
    init: bool = False
    privileged: bool = False
    cap_add: tuple[str, ...] = ()
    cap_drop: tuple[str, ...] = ()
    security_opt: tuple[str, ...] = ()
    mounts: tuple[Mount, ...] = ()  # -v, --mount and --tmpfs together, in order
    devices: tuple[str, ...] = ()  # of the host: PATH or PATH:PATH inside
    network: str = ""
    publish: tuple[PortMapping, ...] = ()
    pid_mode: str = ""
    ipc_mode: str = ""
    uts_mode: str = ""
    userns_mode: str = ""
    shm_size: int | None = None  # bytes
    ulimits: tuple[Ulimit, ...] = ()
    sysctls: dict[str, str] = {}
    umask: str | None = None  # octal
    oom_score_adj: int | None = None
    timezone: str = ""  # a name of the time zone database, or "local"
    no_hosts: bool = False  # leave the image's /etc/hosts alone
    no_hostname: bool = False  # leave the image's /etc/hostname alone
    stop_signal: str | None = None
    stop_timeout: int | None = None  # seconds
    add_host: tuple[str, ...] = ()  # name:address
    dns: tuple[str, ...] = ()
    dns_search: tuple[str, ...] = ()
    dns_option: tuple[str, ...] = ()
    detach_keys: str | None = None
    cidfile: str = ""
    pull: str = "missing"  # always, missing, never, newer
    platform: str = ""
    log: LogConfig = LogConfig()
    restart: RestartPolicy = RestartPolicy()
    healthcheck: Healthcheck | None = None
    create_command: tuple[str, ...] = ()
