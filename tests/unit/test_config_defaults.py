"""What containers.conf says is the default of an option, and what is typed wins."""

from __future__ import annotations

from typing import Any

import pytest

from pod.cli import config_defaults, fastpath, tree
from pod.cli.context import Context
from pod.cli.definitions import define
from pod.errors import UsageError
from pod.settings import Settings, keys
from pod.settings.configuration import Configuration

PENDING = {
    "add_compression",
    "cgroup_conf",
    "cgroupns",
    "cgroups",
    "compression_format",
    "compression_level",
    "hosts_file",
    "image_volume",
    "init_path",
    "pids_limit",
    "userns",
}
"""Parameters that no command has yet."""


def filled(line: str, program: str = "pod", **values: Any) -> dict[str, Any]:
    """Return the values of a command line, its image left out, under a configuration: `containers__init=True`."""
    config = Configuration({name.replace("__", "."): value for name, value in values.items()})
    context = Context([program])
    context._settings = Settings("/r", "/rr", "/h", config=config)
    spec, typed, _ = fastpath.parse(line.split())
    found = config_defaults.fill(context, spec, typed)
    return {name: value for name, value in found.items() if name not in ("image", "command")}


CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("run x", {"containers__init": True}, {"init": True}),
    ("run --init=false x", {"containers__init": True}, {"init": False}),
    ("create x", {"containers__tz": "UTC", "containers__shm_size": 1024}, {"tz": "UTC", "shm_size": "1024"}),
    ("run x", {"containers__shm_size": "65536k"}, {"shm_size": "65536000"}),
    ("run x", {"containers__shm_size": "1gb"}, {"shm_size": "1000000000"}),
    ("run --shm-size 1k x", {"containers__shm_size": "1gb"}, {"shm_size": "1k"}),
    ("run x", {"containers__shm_size": "big"}, {"shm_size": "big"}),
    ("run --tz local x", {"containers__tz": "UTC"}, {"tz": "local"}),
    ("run --annotation a=1 x", {"containers__annotations": ["b=2"]}, {"annotation": ("b=2", "a=1")}),
    ("run --ulimit nofile=5 x", {"containers__default_ulimits": ["nofile=9"]}, {"ulimit": ("nofile=9", "nofile=5")}),
    ("run x", {"containers__dns_servers": ["1.1.1.1"]}, {"dns": ("1.1.1.1",)}),
    ("run --dns 2.2.2.2 x", {"containers__dns_servers": ["1.1.1.1"]}, {"dns": ("2.2.2.2",)}),
    ("run x", {"containers__netns": "private", "containers__userns": "host", "containers__ipcns": "shareable"}, {}),
    ("run x", {"containers__netns": "host"}, {"network": ("host",)}),
    ("run --net none x", {"containers__netns": "host"}, {"network": ("none",)}),
    ("run x", {"containers__pidns": "host", "containers__utsns": "host"}, {"pid": "host", "uts": "host"}),
    ("run x", {"containers__no_hosts": True}, {"no_hosts": True}),
    ("run --add-host a:1.1.1.1 x", {"containers__no_hosts": True}, {"add_host": ("a:1.1.1.1",), "no_hosts": False}),
    ("run x", {"containers__default_sysctls": ["net.a=1"]}, {"sysctl": ("net.a=1",)}),
    ("run --net host x", {"containers__default_sysctls": ["net.a=1"]}, {"network": ("host",), "sysctl": ()}),
    (
        "run --ipc host --sysctl net.b=2 x",
        {"containers__default_sysctls": ["net.a=1", "kernel.sem=1"]},
        {"ipc": "host", "sysctl": ("net.a=1", "net.b=2")},
    ),
    ("run x", {"containers__log_size_max": 9000}, {"log_opt": ("max-size=9000",)}),
    ("run --log-opt max-size=1 x", {"containers__log_size_max": 9000}, {"log_opt": ("max-size=9000", "max-size=1")}),
    ("run x", {"containers__log_size_max": -1}, {}),
    ("run x", {"containers__seccomp_profile": "/usr/share/containers/seccomp.json"}, {}),
    ("run x", {"containers__seccomp_profile": "/p"}, {"security_opt": ("seccomp=/p",)}),
    (
        "run --security-opt seccomp=unconfined x",
        {"containers__seccomp_profile": "/p"},
        {"security_opt": ("seccomp=unconfined",)},
    ),
    (
        "run x",
        {"containers__host_containers_internal_ip": "10.0.0.1"},
        {"add_host": ("host.containers.internal:10.0.0.1", "host.docker.internal:10.0.0.1")},
    ),
    ("run --name web x", {"containers__container_name_as_hostname": True}, {"name": "web", "hostname": "web"}),
    ("run -h a --name web x", {"containers__container_name_as_hostname": True}, {"name": "web", "hostname": "a"}),
    ("run x", {"engine__pull_policy": "never", "engine__stop_timeout": 3}, {"pull": "never", "stop_timeout": 3}),
    ("run x", {"environment__platform": "linux/arm64"}, {"platform": "linux/arm64"}),
    (
        "exec c true",
        {"engine__detach_keys": "ctrl-x"},
        {"container": "c", "words": ("c", "true"), "detach_keys": "ctrl-x"},
    ),
    ("attach", {"docker__detachKeys": "ctrl-y"}, {"detach_keys": "ctrl-y"}),
    ("attach", {"docker__detachKeys": "ctrl-y", "engine__detach_keys": "ctrl-x"}, {"detach_keys": "ctrl-x"}),
    ("stop", {"engine__stop_timeout": 3}, {}),
    ("ps", {"docker__psFormat": "{{.ID}}"}, {}),
]


@pytest.mark.parametrize(("line", "values", "expected"), CASES)
def test_what_is_not_typed_is_taken_from_the_files(line: str, values: dict[str, Any], expected: dict[str, Any]) -> None:
    found = filled(line, **values)
    assert {name: value for name, value in found.items() if name not in ("container", "words", "containers")} == {
        name: value for name, value in expected.items() if name not in ("container", "words", "containers")
    }


def test_capabilities_of_the_file_are_the_difference_to_pods_own_list() -> None:
    ours = "CHOWN DAC_OVERRIDE FOWNER FSETID KILL NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split()
    assert filled("run x", containers__default_capabilities=ours) == {}
    wanted = [*(name for name in ours if name != "KILL"), "NET_RAW", "CAP_MKNOD"]
    assert filled("run x", containers__default_capabilities=wanted) == {
        "cap_add": ("CAP_MKNOD", "CAP_NET_RAW"),
        "cap_drop": ("CAP_KILL",),
    }
    typed = filled("run --cap-drop net_raw --cap-add CAP_KILL x", containers__default_capabilities=wanted)
    assert typed == {"cap_add": ("CAP_MKNOD", "CAP_KILL"), "cap_drop": ("net_raw",)}
    assert filled("run --cap-drop all x", containers__default_capabilities=wanted) == {"cap_drop": ("all",)}


def test_dockers_formats_hold_when_pod_is_called_docker() -> None:
    assert filled("ps", "docker", docker__psFormat="{{.ID}}") == {"format": "{{.ID}}"}
    assert filled("ps -q", "docker", docker__psFormat="{{.ID}}") == {"quiet": True}
    assert filled("ps --format json", "docker", docker__psFormat="{{.ID}}") == {"format": "json"}


def test_a_wrong_value_is_told_with_the_file_that_has_it() -> None:
    config = Configuration({"containers.default_ulimits": ["x"]}, {"containers.default_ulimits": "/etc/c.conf"})
    context = Context(["pod", "run", "x"])
    context._settings = Settings("/r", "/rr", "/h", config=config)
    spec, typed, _ = fastpath.parse(["run", "x"])
    with pytest.raises(UsageError) as caught:
        fastpath.call(context, spec, typed)
    assert caught.value.message.startswith('invalid value "x" for --ulimit')
    assert caught.value.hint.endswith("default_ulimits is set in /etc/c.conf")


def test_every_setting_of_a_default_is_known_and_has_its_option() -> None:
    known = {f"{table}.{name}" for table, settings in keys.CONTAINERS_CONF.items() for name in settings}
    known |= {f"docker.{name}" for name in keys.DOCKER} | {"environment.platform"}
    tables = (config_defaults.FOR_CREATING, config_defaults.ADDED, config_defaults.ANYWHERE)
    assert {name for table in tables for name in table} <= known
    everywhere = {option[0] for entry in tree.COMMANDS for option in define(entry).spec.options.values()}
    creating = {option[0] for option in define(tree.find(["run"])[0]).spec.options.values()}  # type: ignore[index]
    lacking = {p for table in tables[:2] for p in table.values()} - creating
    lacking |= set(config_defaults.ANYWHERE.values()) - everywhere
    assert lacking <= PENDING
