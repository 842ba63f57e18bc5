"""Every option of `run` and `create` arrives at the engine; without options the engine's own defaults hold."""

from __future__ import annotations

from typing import Any

import pytest

from pod.cli.commands.container.create_flags import CreateFlags
from pod.cli.commands.container.create_flags.refused import RefusedFlags
from pod.cli.commands.container.create_flags.resources import ResourceFlags
from pod.cli.context import Context
from pod.cli.parsers import create_options
from pod.cli.parsers.create_options import parse_create_options
from pod.engine.options import CreateOptions
from pod.errors import UsageError

CONTEXT = Context(["pod", "create", "busybox"], {"http_proxy": "http://proxy", "SECRET": "1"})
DEFAULT = CreateOptions(
    image="busybox", host_env=("http_proxy=http://proxy",), create_command=("pod", "create", "busybox")
)
WITH_STARTUP: dict[str, Any] = {
    "health_startup_interval": "1s",
    "health_startup_retries": 3,
    "health_startup_success": 3,
}
WITH_STARTUP["health_startup_timeout"] = "2s"
USED_ELSEWHERE = {
    *WITH_STARTUP,
    "init_path",
    "link_local_ip",
    *RefusedFlags._fields,
    "cpu_rt_period",
    "cpu_rt_runtime",
    "kernel_memory",
    "memory_swappiness",
    "oom_kill_disable",
    "disable_content_trust",
    "image",
    "init_ctr",
    "pod_id_file",
    "replace_existing",
    "storage_opt",
}
ON_A_NETWORK = {"ip", "ip6", "link", "mac_address", "network_alias"}
VALUES = {
    "command": ("true",),
    "add_host": ("a:1.2.3.4",),
    "annotation": ("a=b",),
    "arch": "arm",
    "attach": ("stdout",),
    "authfile": "/x",
    "blkio_weight": 100,
    "blkio_weight_device": ("/dev/x:100",),
    "cgroup_conf": ("memory.high=1",),
    "cgroup_parent": "x",
    "cgroupns": "host",
    "cgroups": "disabled",
    "cpu_period": 1000,
    "cpu_quota": 1000,
    "cpu_shares": 5,
    "cpus": "1",
    "cpuset_cpus": "0",
    "cpuset_mems": "0",
    "device_read_bps": ("/dev/x:1k",),
    "device_read_iops": ("/dev/x:1",),
    "device_write_bps": ("/dev/x:1k",),
    "device_write_iops": ("/dev/x:1",),
    "gpus": ("all",),
    "env_merge": ("A=1",),
    "memory": "1g",
    "memory_reservation": "1g",
    "memory_swap": "-1",
    "personality": "LINUX32",
    "pids_limit": 5,
    "seccomp_policy": "image",
    "shm_size_systemd": "5m",
    "systemd": "always",
    "cap_add": ("net_admin",),
    "cap_drop": ("all",),
    "chrootdirs": ("/jail",),
    "conmon_pidfile": "/x",
    "pidfile": "/x",
    "requires": ("other",),
    "sdnotify": "ignore",
    "timeout": 3,
    "cidfile": "/x",
    "device": ("/dev/null:rw",),
    "dns": ("1.1.1.1",),
    "dns_option": ("ndots:1",),
    "dns_search": ("example.org",),
    "domainname": "x",
    "entrypoint": "sh",
    "env": ("A=1",),
    "env_host": True,
    "expose": ("80",),
    "gidmap": ("0:1:5",),
    "group_add": ("audio",),
    "group_entry": "x",
    "health_cmd": "true",
    "health_log_destination": "events_logger",
    "health_max_log_count": 3,
    "health_max_log_size": 0,
    "health_on_failure": "kill",
    "health_startup_cmd": "true",
    "health_interval": "1s",
    "health_retries": 2,
    "health_start_interval": "1s",
    "health_start_period": "1s",
    "health_timeout": "1s",
    "hostname": "x",
    "hosts_file": "/x",
    "hostuser": ("root",),
    "http_proxy": False,
    "image_volume": "tmpfs",
    "init": True,
    "interactive": True,
    "ip": "10.0.0.9",
    "ip6": "fd00::9",
    "ipc": "host",
    "label": ("a=b",),
    "link": ("a:b",),
    "log_driver": "none",
    "log_opt": ("max-size=1m",),
    "mac_address": "02:42:0a:00:00:09",
    "mount": ("type=tmpfs,dst=/t",),
    "name": "x",
    "network": ("none",),
    "network_alias": ("db",),
    "no_healthcheck": True,
    "no_hostname": True,
    "no_hosts": True,
    "oom_score_adj": 500,
    "os": "windows",
    "passwd": False,
    "passwd_entry": "x",
    "pid": "host",
    "pod": "p",
    "platform": "linux/arm64",
    "privileged": True,
    "publish": ("80",),
    "publish_all": True,
    "pull": "never",
    "quiet": True,
    "retry": 1,
    "retry_delay": "1s",
    "tls_verify": False,
    "variant": "v7",
    "read_only": True,
    "read_only_tmpfs": False,
    "restart": "always",
    "rm": True,
    "rootfs": True,
    "secret": ("key,type=env",),
    "security_opt": ("no-new-privileges",),
    "shm_size": "1m",
    "stop_signal": "INT",
    "stop_timeout": 3,
    "subgidname": "x",
    "subuidname": "x",
    "sysctl": ("net.ipv4.ip_forward=1",),
    "tmpfs": ("/t",),
    "tty": True,
    "tz": "local",
    "ulimit": ("nofile=1",),
    "uidmap": ("0:1:5",),
    "umask": "077",
    "unsetenv": ("A",),
    "unsetenv_all": True,
    "user": "1:2",
    "userns": "keep-id",
    "uts": "host",
    "volume": ("/a:/b",),
    "volume_driver": "plugin",
    "volumes_from": ("other",),
    "workdir": "/w",
}


ONE_NETWORK = (
    'invalid value "a:ip" for --network: it is written '
    "NETWORK[:ip=ADDRESS,ip6=ADDRESS,mac=ADDRESS,alias=NAME,interface_name=NAME]"
)
NO_NETWORK = "--ip 10.0.0.9 needs a network of pod's own: with --network none nobody else is on the container's network"


def test_without_options_nothing_is_asked_for() -> None:
    assert parse_create_options(CONTEXT, CreateFlags(image="busybox")) == DEFAULT


@pytest.mark.parametrize("field", [f for f in CreateFlags._fields if f not in USED_ELSEWHERE])
def test_no_option_is_ignored(field: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    if field in ("env_file", "label_file"):
        file = tmp_path_factory.mktemp("file") / "file"
        file.write_text("a=b\n")
        value: Any = (str(file),)
    else:
        value = VALUES[field]
    flags = CreateFlags(image="busybox", **{field: value})
    if field not in ON_A_NETWORK:
        assert parse_create_options(CONTEXT, flags) != DEFAULT
        return
    flags = flags.replace(network=("front",))
    assert parse_create_options(CONTEXT, flags) != parse_create_options(
        CONTEXT, CreateFlags(image="busybox", network=("front",))
    )


@pytest.mark.parametrize("field", WITH_STARTUP)
def test_no_option_of_a_startup_check_is_ignored_and_each_needs_one(field: str) -> None:
    alone = parse_create_options(CONTEXT, CreateFlags("busybox", health_startup_cmd="true"))
    given = {field: WITH_STARTUP[field]}
    assert parse_create_options(CONTEXT, CreateFlags("busybox", health_startup_cmd="true", **given)) != alone
    with pytest.raises(UsageError, match="need --health-startup-cmd"):
        parse_create_options(CONTEXT, CreateFlags("busybox", **given))


def test_a_program_for_init_needs_init() -> None:
    flags = CreateFlags("busybox", init_path="tini")
    assert parse_create_options(CONTEXT, flags.replace(init=True)).init_path.endswith("/tini")
    with pytest.raises(UsageError, match="--init-path goes with --init"):
        parse_create_options(CONTEXT, flags)


def test_a_stop_signal_has_one_spelling() -> None:
    spelled = ["15", "term", "SIGTERM", "TERM"]
    found = {parse_create_options(CONTEXT, CreateFlags("busybox", stop_signal=text)).stop_signal for text in spelled}
    assert found == {"SIGTERM"}


def test_lists_may_be_one_word_with_commas_as_for_podman() -> None:
    options = parse_create_options(CONTEXT, CreateFlags("busybox", cap_add=("chown,kill",), group_add=("1,2", "3")))
    assert (options.cap_add, options.group_add) == (("CAP_CHOWN", "CAP_KILL"), ("1", "2", "3"))


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"replace_existing": True}, "--replace needs --name: it says which container to replace"),
        ({"workdir": "x"}, 'invalid value "x" for --workdir: it is an absolute path in the container'),
        ({"network": ("host", "b")}, "--network host goes with no other network: host, b"),
        ({"network": ("a", "a")}, "--network a is given twice"),
        ({"network": ("a:ip",)}, ONE_NETWORK),
        ({"network": ("a", "b"), "ip": "10.0.0.9"}, "--ip says nothing of which network: a, b"),
        ({"network": ("none",), "ip": "10.0.0.9"}, NO_NETWORK),
        ({"stop_signal": "FOO"}, "unknown signal 'FOO'"),
    ],
)
def test_what_makes_no_sense_is_refused(flags: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_create_options(CONTEXT, CreateFlags("busybox", **flags))
    assert caught.value.message == message


def test_every_option_on_resources_is_looked_at() -> None:
    assert set(create_options.RESOURCES) == set(ResourceFlags._fields)
