"""containers.conf sets the defaults of new containers, as it does for Podman, and `pod info` tells where from."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.support.commands import CommandLine

CONF = """
[containers]
annotations = ["org.test=1"]
env = ["FROM_CONF=yes", "PATH=/conf"]
default_ulimits = ["nofile=123:456"]
umask = "0027"
tz = "UTC"
shm_size = "1m"
dns_servers = ["192.0.2.1"]
dns_searches = ["example.test"]
default_sysctls = ["net.ipv4.ip_unprivileged_port_start=77"]
default_capabilities = ["CHOWN", "NET_RAW"]
log_driver = "k8s-file"
[engine]
stop_timeout = 3
image_parallel_copies = 7
"""
SCRIPT = (
    "echo $FROM_CONF; ulimit -n; umask; grep CapEff /proc/self/status; cat /etc/resolv.conf; "
    "cat /proc/sys/net/ipv4/ip_unprivileged_port_start; df -k /dev/shm | tail -1 | tr -s ' ' | cut -d' ' -f2; "
    "exit 3"
)


@pytest.fixture(scope="module")
def conf(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("conf") / "containers.conf"
    path.write_text(CONF)
    return str(path)


def test_the_defaults_of_a_container_are_those_of_the_file_as_for_podman(
    pod: CommandLine, podman: CommandLine, conf: str
) -> None:
    words = ("run", "--rm", "busybox", "sh", "-c", SCRIPT)
    theirs = podman(*words, env={"CONTAINERS_CONF": conf})
    ours = pod(*words, env={"CONTAINERS_CONF": conf})
    if "slirp4netns" not in pod("info", "-f", "json").stdout or theirs.code == 125:
        pytest.skip(f"podman cannot do this here: {theirs.stderr}")
    assert ours.stdout.splitlines() == theirs.stdout.splitlines()
    assert (ours.code, ours.stderr) == (3, "")


def test_what_is_typed_wins(pod: CommandLine, conf: str) -> None:
    typed = (
        "--ulimit",
        "nofile=99:99",
        "--umask",
        "0077",
        "-e",
        "FROM_CONF=no",
        "--read-only=false",
        "--cap-drop",
        "all",
    )
    words = ("run", "--rm", "--network", "none", *typed, "busybox", "sh", "-c", SCRIPT)
    lines = pod(*words, env={"CONTAINERS_CONF": conf}).lines
    assert lines[:4] == ["no", "99", "0077", "CapEff:\t0000000000000000"]


def test_info_prints_each_setting_with_its_file_and_what_has_no_effect(pod: CommandLine, conf: str) -> None:
    facts = yaml.safe_load(pod("info", env={"CONTAINERS_CONF": conf}).ok().stdout)["configuration"]
    assert facts["settings"]["containers.umask"] == {"value": "0027", "origin": conf}
    assert facts["settings"]["engine.stop_timeout"] == {"value": 3, "origin": conf}
    assert facts["withoutEffect"] == {"engine.image_parallel_copies": conf}
    assert facts["warnings"] == []


def test_a_mistake_is_a_warning_and_the_command_goes_on(pod: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "containers.conf"
    path.write_text("[containers]\ninitt = true\n")
    result = pod("run", "--rm", "--network", "none", "busybox", "echo", "on", env={"CONTAINERS_CONF": str(path)}).ok()
    assert result.stdout == "on\n"
    assert result.stderr == f"warning: {path}:2: there is no setting initt in [containers]; did you mean init?\n"


def test_a_module_is_read_where_the_command_line_names_it(pod: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "module.conf"
    path.write_text('[containers]\nenv = ["A=module"]\n')
    words = ("run", "--rm", "--network", "none", "busybox", "sh", "-c", "echo $A")
    assert pod("--module", path, *words).ok().stdout == "module\n"


def test_another_machine_is_refused(pod: CommandLine) -> None:
    result = pod("ps", env={"DOCKER_HOST": "tcp://build:2375"})
    assert (result.code, result.stdout) == (125, "")
    assert result.stderr.startswith("Error: DOCKER_HOST is tcp://build:2375: pod works on this machine only\n")
