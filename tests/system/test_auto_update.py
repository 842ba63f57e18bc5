"""`pod auto-update` tells whose image has changed, and why it can do nothing about some."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.commands import CommandLine


@pytest.fixture(scope="module")
def images(pod: CommandLine) -> Iterator[str]:
    """An image `localhost/au:1` that containers are run from."""
    pod("tag", "busybox", "localhost/au:1").ok()
    yield "localhost/au:1"
    pod("rmi", "-f", "localhost/au:1").ok()


def run(pod: CommandLine, name: str, image: str, policy: str, unit: str = "a.service") -> None:
    env = {"PODMAN_SYSTEMD_UNIT": unit} if unit else {}
    label = f"io.containers.autoupdate={policy}"
    pod("run", "-d", "--name", name, "--label", label, image, "sleep", "1000", env={**pod.env, **env}).ok()


def updates(pod: CommandLine, *options: str) -> dict[str, Any]:
    result = pod("auto-update", "--format", "json", *options)
    return {row["ContainerName"]: row for row in json.loads(result.stdout)}


def test_a_newer_local_image_is_pending_in_a_dry_run(pod: CommandLine, images: str) -> None:
    run(pod, "au-local", images, "local")
    assert updates(pod, "--dry-run")["au-local"]["Updated"] == "false"
    pod("commit", "-c", "LABEL v=2", "au-local", images).ok()
    row = updates(pod, "--dry-run")["au-local"]
    assert (row["Updated"], row["Policy"], row["Unit"], row["Image"]) == ("pending", "local", "a.service", images)
    pod("rm", "-f", "-t", "0", "au-local").ok()


@pytest.mark.parametrize(
    ("name", "policy", "unit", "error"),
    [
        ("au-no-unit", "local", "", "no systemd unit started it: there is nobody to start it anew"),
        ("au-no-policy", "sometimes", "a.service", "there is no policy 'sometimes': it is registry or local"),
    ],
)
def test_what_cannot_be_updated_says_why(
    pod: CommandLine, images: str, name: str, policy: str, unit: str, error: str
) -> None:
    run(pod, name, images, policy, unit)
    result = pod("auto-update", "--dry-run")
    assert (result.code, result.stderr) == (125, f"Error: container {name}: {error}\n")
    pod("rm", "-f", "-t", "0", name).ok()


def test_a_name_without_its_registry_is_not_guessed(pod: CommandLine) -> None:
    run(pod, "au-short", "busybox", "registry")
    result = pod("auto-update", "--dry-run")
    assert (result.code, result.stderr) == (125, "Error: container au-short: busybox does not say its registry\n")
    pod("rm", "-f", "-t", "0", "au-short").ok()


def test_containers_without_the_label_are_left_alone(pod: CommandLine) -> None:
    pod("run", "-d", "--name", "au-plain", "busybox", "sleep", "1000").ok()
    assert pod("auto-update").ok().lines == ["UNIT        CONTAINER   IMAGE       POLICY      UPDATED"]
    pod("rm", "-f", "-t", "0", "au-plain").ok()
