"""From the options of `run` and `create` as typed to the engine's CreateOptions: every value checked and typed."""

from __future__ import annotations

import os

from pod.cli.parsers import Later, environment, invalid, split_commas
from pod.engine.options import CreateOptions, ImageSource
from pod.errors import UsageError
from pod.linux import signals
from pod.storage.container_records import (
    Accounts,
    ControlGroup,
    HealthPolicy,
    Lifecycle,
    LogConfig,
    PodMember,
    Resources,
    RestartPolicy,
    Systemd,
    Users,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.container.create_flags import CreateFlags
    from pod.cli.context import Context
    from pod.cli.parsers import (
        hosts,
        image_source,
        labels,
        lifecycle,
        logging_options,
        mount_flags,
        mounts,
        namespaces,
        networks,
        ports,
        run_options,
        security,
        sizes,
        ulimits,
    )
    from pod.network_values import NetworkJoin
    from pod.oci.image_config import Healthcheck
    from pod.storage.container_records import SecretUse
else:
    hosts, image_source, labels, lifecycle = map(Later, ("hosts", "image_source", "labels", "lifecycle"))
    logging_options, mount_flags, mounts = map(Later, ("logging_options", "mount_flags", "mounts"))
    namespaces, networks, ports, run_options = map(Later, ("namespaces", "networks", "ports", "run_options"))
    security, sizes, ulimits = map(Later, ("security", "sizes", "ulimits"))

RESOURCES = (
    "blkio_weight blkio_weight_device cgroup_conf cpu_period cpu_quota cpu_rt_period cpu_rt_runtime "
    "cpu_shares cpus cpuset_cpus cpuset_mems device_read_bps device_read_iops device_write_bps "
    "device_write_iops memory memory_reservation memory_swap memory_swappiness pids_limit"
).split()
"""The options of ResourceFlags, which a run that has none of them need not import."""

_NETWORK = ("network", "ip", "ip6", "mac_address", "network_alias", "link")
_LIFECYCLE = ("requires", "timeout", "cidfile", "pidfile", "conmon_pidfile", "sdnotify")
_IMAGE_SOURCE = (
    *("pull", "platform", "arch", "os", "variant", "authfile"),
    *("tls_verify", "retry", "retry_delay", "quiet"),
)

_HEALTH_POLICY = tuple(
    f"health_{name}"
    for name in (
        *("log_destination", "max_log_count", "max_log_size", "on_failure"),
        *("startup_cmd", "startup_interval", "startup_retries", "startup_success", "startup_timeout"),
    )
)


def parse_create_options(context: Context, flags: CreateFlags) -> CreateOptions:
    """Return what the engine is asked for. Raises UsageError for the first value that is wrong."""
    network, joins = _network(flags)
    return CreateOptions(
        image=flags.image,
        rootfs=flags.rootfs,
        command=flags.command,
        name=_name(flags),
        entrypoint=None if flags.entrypoint is None else run_options.parse_entrypoint(flags.entrypoint),
        env=environment.parse_environment(flags.env, flags.env_file, context.environ),
        host_env=(
            *context.settings.config.values.get("containers.env", ()),
            *environment.host_environment(context.environ, everything=flags.env_host, proxies=flags.http_proxy),
        ),
        unset_env=split_commas(flags.unsetenv),
        unset_all_env=flags.unsetenv_all,
        working_dir=_working_dir(flags.workdir),
        user=flags.user,
        group_add=split_commas(flags.group_add),
        hostname=flags.hostname,
        domainname=flags.domainname,
        labels=_labels(context, flags),
        annotations=_pairs("--annotation", flags.annotation),
        tty=flags.tty,
        interactive=flags.interactive,
        attach=run_options.parse_attach(flags.attach) if flags.attach else (),
        auto_remove=flags.rm,
        read_only=flags.read_only,
        read_only_tmpfs=flags.read_only_tmpfs,
        init=flags.init,
        privileged=flags.privileged,
        cap_add=security.parse_capabilities(flags.cap_add) if flags.cap_add else (),
        cap_drop=security.parse_capabilities(flags.cap_drop) if flags.cap_drop else (),
        security_opt=security.parse_security_options(flags.security_opt) if flags.security_opt else (),
        mounts=(
            mounts.parse_mounts(flags.volume, flags.mount, flags.tmpfs, flags.volume_driver)
            if flags.volume or flags.mount or flags.tmpfs
            else ()
        ),
        secrets=_secrets(flags),
        volumes_from=flags.volumes_from,
        image_volumes="anonymous" if flags.image_volume == "bind" else flags.image_volume,
        volume_driver=flags.volume_driver,
        chroot_folders=tuple(
            mount_flags.check_target("--chrootdirs", path, path) for path in split_commas(flags.chrootdirs)
        ),
        devices=_devices(flags),
        personality=_personality(flags.personality),
        seccomp_policy=flags.seccomp_policy,
        systemd=_systemd(flags),
        init_path=_init_path(flags),
        env_merge=_env_merge(flags.env_merge),
        network=network,
        networks=joins,
        publish=ports.parse_ports(flags.publish) if flags.publish else (),
        publish_all=flags.publish_all,
        expose=networks.parse_expose(flags.expose) if flags.expose else (),
        links=networks.parse_links(flags.link) if flags.link else (),
        hosts_file=flags.hosts_file and networks.parse_hosts_file(flags.hosts_file),
        pid_mode=flags.pid and namespaces.parse_namespace("--pid", flags.pid),
        ipc_mode=flags.ipc and namespaces.parse_namespace("--ipc", flags.ipc),
        uts_mode=flags.uts and namespaces.parse_namespace("--uts", flags.uts),
        cgroup_mode=flags.cgroupns and namespaces.parse_namespace("--cgroupns", flags.cgroupns),
        resources=_resources(flags),
        control_group=ControlGroup(flags.cgroups, flags.cgroup_parent),
        users=_users(context, flags),
        accounts=_accounts(flags),
        shm_size=None if flags.shm_size is None else sizes.parse_size("--shm-size", flags.shm_size),
        ulimits=ulimits.parse_ulimits(flags.ulimit) if flags.ulimit else (),
        sysctls=_pairs("--sysctl", flags.sysctl),
        umask=_umask(flags.umask),
        oom_score_adj=_oom_score(flags.oom_score_adj),
        timezone=flags.tz,
        no_hosts=_no_hosts(flags),
        no_hostname=flags.no_hostname,
        stop_signal=flags.stop_signal and signals.name(signals.number(flags.stop_signal)),
        stop_timeout=flags.stop_timeout,
        add_host=hosts.parse_hosts(flags.add_host) if flags.add_host else (),
        dns=hosts.parse_dns(flags.dns) if flags.dns else (),
        dns_search=split_commas(flags.dns_search),
        dns_option=split_commas(flags.dns_option),
        source=image_source.parse_image_source(flags) if _given(flags, _IMAGE_SOURCE) else ImageSource(),
        healthcheck=_health(flags),
        health=_health_policy(flags),
        restart=run_options.parse_restart(flags.restart) if flags.restart else RestartPolicy(),
        lifecycle=lifecycle.parse_lifecycle(flags) if _given(flags, _LIFECYCLE) else Lifecycle(),
        pod=_pod(flags),
        log=(
            logging_options.parse_log(flags.log_driver, flags.log_opt)
            if flags.log_driver or flags.log_opt
            else LogConfig()
        ),
        create_command=(context.program, *context.words),
    )


def _given(flags: CreateFlags, names: tuple[str, ...]) -> bool:
    """True where one of the options says something other than its default."""
    return any(getattr(flags, name) != flags._defaults[name] for name in names)


def _network(flags: CreateFlags) -> tuple[str, tuple[NetworkJoin, ...]]:
    return networks.parse_network(flags) if _given(flags, _NETWORK) else ("", ())


def _pairs(option: str, values: tuple[str, ...]) -> dict[str, str]:
    return labels.parse_pairs(option, values, need_value=True) if values else {}


def _devices(flags: CreateFlags) -> tuple[str, ...]:
    if not (flags.device or flags.gpus):
        return ()
    return (*map(security.parse_device, flags.device), *security.parse_gpus(flags.gpus))


def _secrets(flags: CreateFlags) -> tuple[SecretUse, ...]:
    if not flags.secret:
        return ()
    from pod.cli.parsers.secrets import parse_secrets

    return parse_secrets(flags.secret)


def _name(flags: CreateFlags) -> str:
    if flags.replace_existing and not flags.name:
        raise UsageError("--replace needs --name: it says which container to replace")
    return flags.name


def _labels(context: Context, flags: CreateFlags) -> dict[str, str]:
    """Return the labels; a unit that runs pod says its name there, which `auto-update` restarts."""
    unit = context.environ.get("PODMAN_SYSTEMD_UNIT")
    own = {"PODMAN_SYSTEMD_UNIT": unit} if unit else {}
    return {**own, **labels.parse_labels(flags.label, flags.label_file)} if flags.label or flags.label_file else own


def _working_dir(path: str | None) -> str | None:
    if path and not path.startswith("/"):
        raise invalid("--workdir", path, "it is an absolute path in the container")
    return path


def _umask(text: str | None) -> str | None:
    if text is not None and not (0 < len(text) <= 4 and set(text) <= set("01234567") and int(text, 8) <= 0o777):
        raise invalid("--umask", text, "it is an octal number up to 0777, such as 0027")
    return text


def _oom_score(value: int | None) -> int | None:
    if value is not None and not -1000 <= value <= 1000:
        raise invalid("--oom-score-adj", str(value), "it is a number from -1000 to 1000")
    return value


def _no_hosts(flags: CreateFlags) -> bool:
    if flags.no_hosts and flags.add_host:
        raise UsageError("--no-hosts and --add-host exclude each other")
    return flags.no_hosts


def _pod(flags: CreateFlags) -> PodMember:
    if not (flags.pod or flags.pod_id_file or flags.init_ctr):
        return PodMember()
    from pod.cli.parsers.pods import parse_pod

    return parse_pod(flags)


def _health_policy(flags: CreateFlags) -> HealthPolicy:
    if not _given(flags, _HEALTH_POLICY):
        return HealthPolicy()
    from pod.cli.parsers.health import parse_policy

    return parse_policy(flags)


def _health(flags: CreateFlags) -> Healthcheck | None:
    asked = (flags.health_cmd, flags.health_interval, flags.health_timeout, flags.health_start_period)
    if not any(asked) and not flags.health_start_interval and flags.health_retries is None and not flags.no_healthcheck:
        return None
    from pod.cli.parsers.health import parse_health

    return parse_health(flags)


def _resources(flags: CreateFlags) -> Resources:
    if not any(getattr(flags, name) for name in RESOURCES):
        return Resources()
    from pod.cli.parsers.resources import parse_resources

    return parse_resources(flags)


def _users(context: Context, flags: CreateFlags) -> Users:
    asked = (flags.userns, flags.uidmap, flags.gidmap, flags.subuidname, flags.subgidname)
    if not any(asked) and not context.environ.get("PODMAN_USERNS"):
        return Users()
    from pod.cli.parsers.users import parse_users

    return parse_users(flags, context.environ)


def _accounts(flags: CreateFlags) -> Accounts:
    if flags.passwd and not (flags.passwd_entry or flags.group_entry or flags.hostuser):
        return Accounts()
    from pod.cli.parsers.users import parse_accounts

    return parse_accounts(flags)


def _personality(text: str) -> str:
    name = text.upper()
    if name not in ("", "LINUX", "LINUX32"):
        raise invalid("--personality", text, "it is LINUX or LINUX32")
    return name


def _systemd(flags: CreateFlags) -> Systemd:
    size = sizes.parse_size("--shm-size-systemd", flags.shm_size_systemd) if flags.shm_size_systemd else 0
    mode = {"1": "true", "0": "false"}.get(flags.systemd, flags.systemd.lower())
    if mode not in ("true", "false", "always"):
        raise invalid("--systemd", flags.systemd, "it is true, false or always")
    return Systemd(mode, size)


def _init_path(flags: CreateFlags) -> str:
    if flags.init_path and not flags.init:
        raise UsageError("--init-path goes with --init: it says which program that is to run")
    return os.path.abspath(flags.init_path) if flags.init_path else ""


def _env_merge(values: tuple[str, ...]) -> tuple[str, ...]:
    for text in values:
        if text.find("=") < 1:
            raise invalid("--env-merge", text, "it is written KEY=VALUE")
    return values
