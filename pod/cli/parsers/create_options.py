"""From the options of `run` and `create` as typed to the engine's CreateOptions: every value checked and typed."""

from __future__ import annotations

import os

from pod.cli.commands.container.create_flags.resources import ResourceFlags
from pod.cli.parsers import (
    environment,
    hosts,
    invalid,
    labels,
    lifecycle,
    logging_options,
    namespaces,
    networks,
    ports,
    run_options,
    security,
    split_commas,
)
from pod.cli.parsers.image_source import parse_image_source
from pod.cli.parsers.mount_flags import check_target
from pod.cli.parsers.mounts import parse_mounts
from pod.cli.parsers.sizes import parse_size
from pod.cli.parsers.ulimits import parse_ulimits
from pod.engine.options import CreateOptions
from pod.errors import UsageError
from pod.linux import signals
from pod.storage.container_records import Accounts, ControlGroup, HealthPolicy, PodMember, Resources, Systemd, Users

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.container.create_flags import CreateFlags
    from pod.cli.context import Context
    from pod.oci.image_config import Healthcheck
    from pod.storage.container_records import SecretUse


_HEALTH_POLICY = tuple(
    f"health_{name}"
    for name in (
        *("log_destination", "max_log_count", "max_log_size", "on_failure"),
        *("startup_cmd", "startup_interval", "startup_retries", "startup_success", "startup_timeout"),
    )
)


def parse_create_options(context: Context, flags: CreateFlags) -> CreateOptions:
    """Return what the engine is asked for. Raises UsageError for the first value that is wrong."""
    network, joins = networks.parse_network(flags)
    return CreateOptions(
        image=flags.image,
        rootfs=flags.rootfs,
        command=flags.command,
        name=_name(flags),
        entrypoint=run_options.parse_entrypoint(flags.entrypoint),
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
        annotations=labels.parse_pairs("--annotation", flags.annotation, need_value=True),
        tty=flags.tty,
        interactive=flags.interactive,
        attach=run_options.parse_attach(flags.attach),
        auto_remove=flags.rm,
        read_only=flags.read_only,
        read_only_tmpfs=flags.read_only_tmpfs,
        init=flags.init,
        privileged=flags.privileged,
        cap_add=security.parse_capabilities(flags.cap_add),
        cap_drop=security.parse_capabilities(flags.cap_drop),
        security_opt=security.parse_security_options(flags.security_opt),
        mounts=parse_mounts(flags.volume, flags.mount, flags.tmpfs, flags.volume_driver),
        secrets=_secrets(flags),
        volumes_from=flags.volumes_from,
        image_volumes="anonymous" if flags.image_volume == "bind" else flags.image_volume,
        volume_driver=flags.volume_driver,
        chroot_folders=tuple(check_target("--chrootdirs", path, path) for path in split_commas(flags.chrootdirs)),
        devices=(*map(security.parse_device, flags.device), *security.parse_gpus(flags.gpus)),
        personality=_personality(flags.personality),
        seccomp_policy=flags.seccomp_policy,
        systemd=_systemd(flags),
        init_path=_init_path(flags),
        env_merge=_env_merge(flags.env_merge),
        network=network,
        networks=joins,
        publish=ports.parse_ports(flags.publish),
        publish_all=flags.publish_all,
        expose=networks.parse_expose(flags.expose),
        links=networks.parse_links(flags.link),
        hosts_file=networks.parse_hosts_file(flags.hosts_file),
        pid_mode=namespaces.parse_namespace("--pid", flags.pid),
        ipc_mode=namespaces.parse_namespace("--ipc", flags.ipc),
        uts_mode=namespaces.parse_namespace("--uts", flags.uts),
        cgroup_mode=namespaces.parse_namespace("--cgroupns", flags.cgroupns),
        resources=_resources(flags),
        control_group=ControlGroup(flags.cgroups, flags.cgroup_parent),
        users=_users(context, flags),
        accounts=_accounts(flags),
        shm_size=None if flags.shm_size is None else parse_size("--shm-size", flags.shm_size),
        ulimits=parse_ulimits(flags.ulimit),
        sysctls=labels.parse_pairs("--sysctl", flags.sysctl, need_value=True),
        umask=_umask(flags.umask),
        oom_score_adj=_oom_score(flags.oom_score_adj),
        timezone=flags.tz,
        no_hosts=_no_hosts(flags),
        no_hostname=flags.no_hostname,
        stop_signal=flags.stop_signal and signals.name(signals.number(flags.stop_signal)),
        stop_timeout=flags.stop_timeout,
        add_host=hosts.parse_hosts(flags.add_host),
        dns=hosts.parse_dns(flags.dns),
        dns_search=split_commas(flags.dns_search),
        dns_option=split_commas(flags.dns_option),
        source=parse_image_source(flags),
        healthcheck=_health(flags),
        health=_health_policy(flags),
        restart=run_options.parse_restart(flags.restart),
        lifecycle=lifecycle.parse_lifecycle(flags),
        pod=_pod(flags),
        log=logging_options.parse_log(flags.log_driver, flags.log_opt),
        create_command=(context.program, *context.words),
    )


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
    return {**({"PODMAN_SYSTEMD_UNIT": unit} if unit else {}), **labels.parse_labels(flags.label, flags.label_file)}


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
    if all(getattr(flags, name) == flags._defaults[name] for name in _HEALTH_POLICY):  # on the path of `run`
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
    if not any(getattr(flags, name) for name in ResourceFlags._fields):
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
    size = parse_size("--shm-size-systemd", flags.shm_size_systemd) if flags.shm_size_systemd else 0
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
