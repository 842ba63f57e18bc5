"""`container clone`: another container with the same options."""

from __future__ import annotations

import json
from typing import Any

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK


def inspect(pod: CommandLine, name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(pod("container", "inspect", name).ok().stdout)[0]
    return document


def test_clone_has_the_options_but_not_the_files(pod: CommandLine) -> None:
    command = ("sh", "-c", "echo $KEY; ls /tmp; touch /tmp/mine")
    pod("run", "--name", "first", *NO_NETWORK, "-e", "KEY=value", "-w", "/tmp", "busybox", *command).ok()
    container = pod("container", "clone", "first").ok().stdout.strip()
    assert inspect(pod, "first-clone")["Id"] == container
    assert pod("start", "-a", "first-clone").ok().stdout == "value\n"
    assert pod("start", "-a", "first").ok().stdout == "value\nmine\n"
    told = [inspect(pod, name)["Config"] for name in ("first-clone", "first")]
    for config in told:
        config["Env"] = [item for item in config["Env"] if item != f"HOSTNAME={config['Hostname']}"]
        del config["Hostname"]
    assert told[0] == told[1]


def test_names_are_counted_on_or_given(pod: CommandLine) -> None:
    pod("create", "--name", "counted", *NO_NETWORK, "busybox", "true").ok()
    for _ in range(3):
        pod("container", "clone", "counted").ok()
    pod("container", "clone", "counted", "by-word").ok()
    pod("container", "clone", "--name", "by-option", "counted").ok()
    names = set(pod("ps", "-a", "--format", "{{.Names}}").ok().lines)
    assert {"counted-clone", "counted-clone1", "counted-clone2", "by-word", "by-option"} <= names
    result = pod("container", "clone", "counted", "by-word")
    assert (result.code, "is already in use" in result.stderr) == (125, True)


def test_another_image_can_be_given(pod: CommandLine) -> None:
    pod("run", "--name", "base", *NO_NETWORK, "busybox", "touch", "/tmp/from-image").ok()
    pod("commit", "base", "other-image").ok()
    pod("create", "--name", "plain", *NO_NETWORK, "busybox", "ls", "/tmp").ok()
    pod("container", "clone", "plain", "moved", "other-image").ok()
    assert pod("start", "-a", "moved").ok().stdout == "from-image\n"
    assert inspect(pod, "moved")["ImageName"] == "other-image"


def test_original_is_removed_only_when_told_and_running_only_by_force(pod: CommandLine) -> None:
    pod("run", "-d", "--name", "runs", *NO_NETWORK, "busybox", "sleep", "1000").ok()
    assert "--force goes with --destroy only" in pod("container", "clone", "-f", "runs").stderr
    assert pod("container", "clone", "--destroy", "runs", "never").code == 125
    assert pod("container", "exists", "never").code == 1
    pod("container", "clone", "--destroy", "--force", "--run", "runs", "follows").ok()
    assert pod("container", "exists", "runs").code == 1
    assert inspect(pod, "follows")["State"]["Running"] is True
    pod("rm", "-f", "-t", "0", "follows").ok()
