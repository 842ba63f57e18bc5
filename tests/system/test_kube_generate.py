"""Containers, pods and volumes as Kubernetes YAML: what is written plays again as the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.commands import CommandLine

FIELDS = (
    *(
        "{{.Config.Cmd}}",
        "{{.Config.Entrypoint}}",
        "{{(index .Config.Env 3)}} {{(index .Config.Env 4)}}",
        "{{.Config.User}}",
        "{{.Config.WorkingDir}}",
    ),
    *("{{.HostConfig.ReadonlyRootfs}}", "{{.EffectiveCaps}}", "{{.HostConfig.RestartPolicy.Name}}"),
    "{{.Config.StopTimeout}} {{.Config.Healthcheck}}",
    "{{range .Mounts}}{{.Type}} {{.Source}} {{.Destination}} {{.RW}},{{end}}",
)
OPTIONS = (
    *("-e", "A=b", "-e", "PRICE=$(A)", "--user", "5:6", "--workdir", "/tmp", "--read-only", "--cap-drop", "CHOWN"),
    *("--cap-add", "NET_ADMIN", "--security-opt", "no-new-privileges", "--stop-timeout", "3", "-v", "vol:/v:ro"),
    *("-v", "/usr:/u", "--health-cmd", "true", "--health-interval", "7s"),
)


@pytest.fixture(scope="module")
def pod(make_pod: Callable[[str], CommandLine], busybox_archive: Path) -> Iterator[CommandLine]:
    pod = make_pod("generate")
    pod("load", "-i", busybox_archive).ok()
    yield pod
    pod("pod", "rm", "-fa", "-t", "0").ok()
    pod("volume", "prune", "-f").ok()


def documents(text: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(text))


def test_a_pod_that_is_written_plays_again_as_the_same(pod: CommandLine, tmp_path: Path) -> None:
    made = ("--hostname", "box", "--share", "+pid", "-p", "127.0.0.1:18077:80/udp", "--add-host", "db:10.0.0.1")
    pod("pod", "create", "--name", "p", *made, "--dns", "9.9.9.9", "--dns-option", "ndots:2").ok()
    pod("create", "--pod", "p", "--name", "p-a", "--restart", "always", *OPTIONS, "busybox", "sleep", "5").ok()
    pod("create", "--pod", "p", "--name", "p-first", "--init-ctr", "once", "busybox", "true").ok()
    file = tmp_path / "p.yaml"
    pod("kube", "generate", "-f", file, "p").ok()
    assert "File exists" in pod("kube", "generate", "-f", file, "p").stderr
    infra = ("pod", "inspect", "-f", "{{json .InfraConfig}} {{.SharedNamespaces}}", "p")
    inspected = [pod("inspect", "-f", field, "p-a").ok().stdout for field in FIELDS]
    before = (inspected, pod(*infra).ok().stdout)
    pod("pod", "rm", "p").ok()
    pod("kube", "play", "--start=false", file).ok()
    inspected = [pod("inspect", "-f", field, "p-a").ok().stdout for field in FIELDS]
    assert (inspected, pod(*infra).ok().stdout) == before
    assert pod("inspect", "-f", "{{.Config.Cmd}}", "p-first").ok().stdout == "[true]\n"
    pod("kube", "down", file).ok()


def test_containers_become_a_pod_a_deployment_or_a_job(pod: CommandLine) -> None:
    pod("create", "--name", "c", "-p", "18076:80", "--memory", "64m", "--cpus", "1.5", "busybox", "sleep", "5")
    if pod("container", "exists", "c").code:  # no control groups here: the limits are refused
        pod("create", "--name", "c", "-p", "18076:80", "busybox", "sleep", "5").ok()
    pod("create", "--name", "d", "--restart", "always", "busybox", "sleep", "6").ok()
    service, found = documents(pod("generate", "kube", "--service", "c", "d").ok().stdout)
    assert (found["kind"], found["metadata"]["name"]) == ("Pod", "c-pod")
    assert [one["name"] for one in found["spec"]["containers"]] == ["c", "d"]
    assert found["spec"]["containers"][0]["ports"] == [{"containerPort": 80, "hostPort": 18076}]
    assert service["spec"]["ports"][0]["port"] == 80 and service["kind"] == "Service"
    (deployment,) = documents(pod("kube", "generate", "-t", "deployment", "-r", "3", "d").ok().stdout)
    assert (deployment["apiVersion"], deployment["spec"]["replicas"]) == ("apps/v1", 3)
    (job,) = documents(pod("kube", "generate", "-t", "job", "c").ok().stdout)
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"
    assert "starts its containers always" in pod("kube", "generate", "-t", "deployment", "c").stderr
    pod("rm", "c", "d").ok()


def test_volumes_are_claims_and_what_is_not_there_is_said(pod: CommandLine) -> None:
    pod("volume", "create", "--label", "a=b", "-o", "device=tmpfs", "-o", "type=tmpfs", "-o", "o=size=1m", "v").ok()
    (claim,) = documents(pod("kube", "generate", "v").ok().stdout)
    pod("volume", "rm", "v").ok()
    pod("kube", "play", "-", input=yaml.safe_dump(claim)).ok()
    assert pod("volume", "inspect", "-f", "{{.Options}} {{.Labels}}", "v").ok().stdout == (
        "map[device:tmpfs o:size=1m type:tmpfs] map[a:b]\n"
    )
    assert "no such container, pod or volume: none" in pod("kube", "generate", "none").stderr
    pod("pod", "create", "--name", "empty").ok()
    assert "pod empty has no containers" in pod("kube", "generate", "empty").stderr
    pod("create", "--pod", "empty", "--name", "member", "busybox").ok()
    assert "container member is in pod" in pod("kube", "generate", "member").stderr
