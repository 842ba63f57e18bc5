"""`inspect` of containers has the members of both peers; called `docker`, it has Docker's and no others."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK

OPTIONS = (
    *(
        "--name",
        "inspected",
        "-e",
        "A=b",
        "-l",
        "x=y",
        "--tmpfs",
        "/t",
        "-v",
        "/tmp:/mnt",
        "--ulimit",
        "nofile=100:100",
    ),
    *("--restart", "on-failure:3", "--log-opt", "max-size=1m", *NO_NETWORK, "busybox", "sleep", "1000"),
)
MAPS = ("Labels", "Annotations", "Config", "Data", "Sysctls", "Tmpfs", "Ports", "PortBindings", "Networks")
DOCKER_TOP = (
    "AppArmorProfile Args Config Created Driver ExecIDs GraphDriver HostConfig HostnamePath HostsPath Id Image LogPath "
    "MountLabel Mounts Name NetworkSettings Path Platform ProcessLabel ResolvConfPath RestartCount State"
).split()


def tree(value: Any, path: str = "") -> set[str]:
    """The paths of all members; maps whose keys are data are not gone into."""
    found = set()
    if isinstance(value, dict):
        for name, member in value.items():
            found.add(f"{path}.{name}")
            if name not in MAPS or path == "":
                found |= tree(member, f"{path}.{name}")
    if isinstance(value, list) and value:
        found |= tree(value[0], f"{path}[]")
    return found


@pytest.fixture(scope="module")
def container(pod: CommandLine) -> Iterator[str]:
    yield (made := pod("create", *OPTIONS).ok().stdout.strip())
    pod("rm", "-f", made).ok()


@pytest.fixture(scope="module")
def as_docker(pod: CommandLine, container: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the program says of the container when it is called `docker`."""
    link = tmp_path_factory.mktemp("bin") / "docker"
    argv = pod.argv("inspect", container)
    os.symlink(argv[0], link)
    (document,) = json.loads(CommandLine([str(link)], pod.env)(*argv[1:]).ok().stdout)
    return dict(document)


def test_no_member_that_podman_has_is_missing(pod: CommandLine, podman: CommandLine, container: str) -> None:
    podman("create", *OPTIONS).ok()
    (theirs,) = json.loads(podman("inspect", "inspected").ok().stdout)
    podman("rm", "inspected").ok()
    (ours,) = json.loads(pod("inspect", container).ok().stdout)
    assert tree(theirs) - tree(ours) == set()


def test_called_docker_the_members_are_dockers(as_docker: dict[str, Any]) -> None:
    assert sorted(as_docker) == DOCKER_TOP
    assert as_docker["Name"] == "/inspected"
    assert as_docker["ExecIDs"] is None
    assert as_docker["Image"].startswith("sha256:")
    assert set(as_docker["State"]) == set(
        "Status Running Paused Restarting OOMKilled Dead Pid ExitCode Error StartedAt FinishedAt".split()
    )
    assert set(as_docker["HostConfig"]["LogConfig"]) == {"Type", "Config"}
    assert {"NanoCpus", "MaskedPaths", "CgroupnsMode"} <= set(as_docker["HostConfig"])
    assert not {"CgroupManager", "IDMappings"} & set(as_docker["HostConfig"])
    assert "CreateCommand" not in as_docker["Config"]


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("{{.HostConfig.LogConfig.Type}} {{.HostConfig.LogConfig.Path}}", "k8s-file {log}"),
        ("{{.HostConfig.RestartPolicy.Name}}:{{.HostConfig.RestartPolicy.MaximumRetryCount}}", "on-failure:3"),
        ("{{range .Mounts}}{{.Source}}:{{.Destination}} {{end}}", "/tmp:/mnt "),
        ('{{index .Config.Labels "x"}}', "y"),
        ("{{.State.Health.Status}}", ""),
        ("{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}}", "0 0"),
    ],
)
def test_templates_of_scripts_go_on_working(pod: CommandLine, container: str, template: str, shown: str) -> None:
    log = pod("inspect", "-f", "{{.LogPath}}", container).ok().stdout.strip()
    assert pod("inspect", "-f", template, container).ok().stdout.rstrip("\n") == shown.format(log=log)


def test_dependencies_are_the_ids_of_what_it_needs(pod: CommandLine, container: str) -> None:
    made = pod("create", "--network", f"container:{container[:12]}", "busybox", "true").ok().stdout.strip()
    assert pod("inspect", "-f", "{{.Dependencies}}", made).ok().stdout == f"[{container}]\n"
    assert Path(pod("inspect", "-f", "{{.GraphDriver.Data.UpperDir}}", made).ok().stdout.strip()).is_dir()
    pod("rm", made).ok()
