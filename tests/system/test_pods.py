"""Pods: containers that share namespaces, ports and a life, with Podman's words and columns."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.aftermath import Store, kill, wait_until_gone
from tests.support.commands import CommandLine
from tests.support.containers import eventually

SERVER = "while true; do nc -l -p 7000 -e echo served; done"
IN_NONE = ("--network", "none")


@pytest.fixture(scope="module")
def store_of_pods(make_pod: Callable[[str], CommandLine], busybox_archive: Path) -> CommandLine:
    pod = make_pod("pods")
    pod("load", "-i", busybox_archive).ok()
    return pod


@pytest.fixture
def pod(store_of_pods: CommandLine) -> Iterator[CommandLine]:
    """A store without pods; no pod and no trace of one may be left after `pod rm`."""
    yield store_of_pods
    store_of_pods("pod", "rm", "-fa", "-t", "0").ok()
    store_of_pods("rm", "-fa")
    Store.of(store_of_pods).assert_empty()


def make(pod: CommandLine, *options: str) -> None:
    """Make the pod `p` with a sleeping container `a`, running."""
    pod("pod", "create", "--name", "p", *IN_NONE, *options).ok()
    pod("run", "-d", "--pod", "p", "--name", "a", "busybox", "sleep", "1000").ok()


def status(pod: CommandLine) -> str:
    return pod("pod", "ps", "--format", "{{.Name}} {{.Status}} {{.NumberOfContainers}}").ok().stdout.strip()


def inspected(pod: CommandLine) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(pod("pod", "inspect", "p").ok().stdout)[0]
    return document


def namespaces(pod: CommandLine, container: str) -> dict[str, str]:
    pid = pod("inspect", "-f", "{{.State.Pid}}", container).ok().stdout.strip()
    return {kind: os.readlink(f"/proc/{pid}/ns/{kind}") for kind in ("ipc", "net", "uts", "pid")}


def test_containers_of_a_pod_share_network_names_and_ipc(pod: CommandLine) -> None:
    make(pod)
    pod("run", "-d", "--pod", "p", "--name", "b", "busybox", "sleep", "1000").ok()
    a, b = namespaces(pod, "a"), namespaces(pod, "b")
    assert [a[kind] == b[kind] for kind in ("ipc", "net", "uts", "pid")] == [True, True, True, False]
    assert pod("exec", "a", "hostname").ok().stdout == "p\n"
    pod("exec", "a", "sh", "-c", "echo shared >/dev/shm/x; nc -l -p 7000 -e echo hello >/dev/null 2>&1 &").ok()
    assert pod("exec", "b", "cat", "/dev/shm/x").ok().stdout == "shared\n"
    eventually(lambda: "hello" in pod("exec", "b", "nc", "127.0.0.1", "7000").stdout, "a answers b on the loopback")


def test_the_pid_namespace_is_shared_where_asked_for_and_orphans_are_buried(pod: CommandLine) -> None:
    make(pod, "--share", "+pid")
    assert "/pause" in pod("exec", "a", "ps", "-o", "args").ok().stdout
    pod("exec", "a", "sh", "-c", "(sleep 0.05 &)").ok()
    eventually(lambda: " Z " not in pod("exec", "a", "ps", "-o", "stat,args").ok().stdout, "the orphan is buried")
    assert pod("exec", "a", "cat", "/proc/1/root/etc/passwd").code == 1
    assert {line.partition("=")[0] for line in pod("exec", "a", "cat", "/proc/1/environ").stdout.split("\0")} == {
        *("", "PATH", "HOSTNAME", "HOME", "container")
    }


def test_what_is_published_on_the_pod_reaches_its_containers(pod: CommandLine, debian_port: int) -> None:
    pod("pod", "create", "--name", "p", "-p", f"127.0.0.1:{debian_port}:7000").ok()
    pod("run", "-d", "--pod", "p", "busybox", "sh", "-c", SERVER).ok()
    probe = CommandLine(["bash", "-c", f"cat </dev/tcp/127.0.0.1/{debian_port}"])
    eventually(lambda: "served" in probe().stdout, "the published port answers")
    refused = pod("run", "--pod", "p", "-p", "1:1", "busybox", "true")
    assert refused.code == 125 and "-publish cannot be given to a container of pod p" in refused.stderr


@pytest.fixture
def debian_port() -> int:
    import socket

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    return port


def test_status_follows_the_containers(pod: CommandLine) -> None:
    pod("pod", "create", "--name", "p", *IN_NONE).ok()
    assert status(pod) == "p Created 1"
    pod("create", "--pod", "p", "--name", "a", "busybox", "sleep", "1000").ok()
    assert status(pod) == "p Created 2"
    pod("pod", "start", "p").ok()
    assert status(pod) == "p Running 2"
    pod("kill", "a").ok()
    eventually(lambda: status(pod) == "p Degraded 2", "the pod is degraded")
    pod("pod", "stop", "p").ok()
    assert status(pod) == "p Exited 2"
    pod("pod", "restart", "p").ok()
    assert status(pod) == "p Running 2"
    pod("pod", "kill", "p").ok()
    eventually(lambda: status(pod) == "p Exited 2", "the pod has exited")
    assert pod("pod", "prune", "-f").ok().lines == [pod_id := pod_id_of(pod, "p")] or pod_id == ""
    assert pod("ps", "-aq").ok().lines == []


def pod_id_of(pod: CommandLine, name: str) -> str:
    return pod("pod", "inspect", "-f", "{{.Id}}", name).stdout.strip()


def test_starting_a_container_starts_what_holds_its_namespaces(pod: CommandLine) -> None:
    make(pod)
    pod("pod", "stop", "-t", "0", "p").ok()
    pod("start", "a").ok()
    assert status(pod) == "p Running 2"


def test_a_pod_that_runs_is_removed_by_force_alone_and_with_all_that_is_in_it(pod: CommandLine) -> None:
    make(pod)
    refused = pod("pod", "rm", "p")
    assert refused.code == 125 and "pod p has containers that run: a" in refused.stderr
    infra = inspected(pod)["InfraContainerID"]
    refused = pod("rm", "-f", infra)
    assert refused.code == 125 and "is the infra container of pod" in refused.stderr
    pod("pod", "rm", "-f", "-t", "0", "p").ok()
    assert pod("ps", "-aq").ok().lines == []
    assert pod("pod", "exists", "p").code == 1
    assert pod("pod", "rm", "p").code == 1
    pod("pod", "rm", "--ignore", "p").ok()


def test_the_exit_policy_stop_ends_the_pod_with_its_last_container(pod: CommandLine) -> None:
    make(pod, "--exit-policy", "stop")
    pod("run", "--pod", "p", "--rm", "busybox", "true").ok()
    assert status(pod) == "p Running 2"
    pod("stop", "-t", "0", "a").ok()
    eventually(lambda: status(pod) == "p Exited 2", "the pod has exited")


def test_containers_that_prepare_run_to_their_end_first(pod: CommandLine) -> None:
    pod("pod", "create", "--name", "p", *IN_NONE, "-v", "shared:/s").ok()
    for when in ("always", "once"):
        script = ("sh", "-c", f"echo {when} >>/s/log")
        pod("create", "--pod", "p", "--init-ctr", when, "--name", when, "busybox", *script).ok()
    pod("create", "--pod", "p", "--name", "a", "busybox", "sh", "-c", "cat /s/log; sleep 1000").ok()
    pod("pod", "start", "p").ok()
    assert pod("logs", "a").ok().stdout == "always\nonce\n"
    assert pod("ps", "-a", "--filter", "pod=p", "--format", "{{.Names}}").ok().lines[:2] == ["a", "always"]
    pod("pod", "rm", "-f", "-t", "0", "p").ok()
    pod("volume", "rm", "shared").ok()


def test_run_makes_a_pod_of_its_own(pod: CommandLine) -> None:
    pod("run", "-d", "--pod", "new:p", "--name", "a", "--hostname", "box", *IN_NONE, "busybox", "sleep", "1000").ok()
    assert status(pod) == "p Running 2" and pod("exec", "a", "hostname").ok().stdout == "box\n"


def test_names_are_shared_between_pods_and_containers(pod: CommandLine) -> None:
    pod("pod", "create", "--name", "p", "--infra=false").ok()
    for words in (("create", "--name", "p", "busybox"), ("pod", "create", "p")):
        refused = pod(*words)
        assert refused.code == 125 and "already in use by pod" in refused.stderr, refused
    pod("create", "--name", "q", "busybox").ok()
    assert "already in use by container" in pod("pod", "create", "q").stderr
    before = pod_id_of(pod, "p")
    pod("pod", "create", "--replace", "p", "--infra=false").ok()
    assert pod_id_of(pod, "p") != before


def test_without_an_infra_container_a_pod_is_a_group(pod: CommandLine) -> None:
    pod("pod", "create", "--name", "p", "--infra=false", "--label", "a=b").ok()
    for name in ("a", "b"):
        pod("create", "--pod", "p", "--name", name, *IN_NONE, "busybox", "sleep", "1000").ok()
    pod("pod", "start", "p").ok()
    assert namespaces(pod, "a")["net"] != namespaces(pod, "b")["net"]
    assert pod("pod", "ps", "-q", "--no-trunc", "--filter", "label=a=b").ok().lines == [inspected(pod)["Id"]]
    assert "needs an infra container" in pod("pod", "create", "--infra=false", "-p", "1:1").stderr


def test_the_id_file_names_the_pod(pod: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "id"
    pod("pod", "create", "--name", "p", *IN_NONE, "--pod-id-file", str(file)).ok()
    assert file.read_text() == pod_id_of(pod, "p")
    pod("create", "--pod-id-file", str(file), "--name", "a", "busybox", "sleep", "1000").ok()
    pod("pod", "start", "--pod-id-file", str(file)).ok()
    assert pod("ps", "--pod", "--format", "{{.Names}} {{.PodName}}", "--filter", "name=^a$").ok().stdout == "a p\n"
    pod("pod", "stop", "-t", "0", "--pod-id-file", str(file)).ok()
    pod("pod", "rm", "--pod-id-file", str(file)).ok()
    pod("pod", "stop", "--ignore", "--pod-id-file", str(tmp_path / "none")).ok()


def test_a_clone_has_pods_and_containers_of_its_own(pod: CommandLine) -> None:
    make(pod, "--share", "net,uts,pid", "--hostname", "box")
    pod("pod", "clone", "--start", "p", "q").ok()
    assert pod("exec", "a-clone", "hostname").ok().stdout == "box\n"
    first, second = namespaces(pod, "a"), namespaces(pod, "a-clone")
    assert first["net"] != second["net"] and first["pid"] != second["pid"]
    pod("pod", "rm", "-f", "-t", "0", "p").ok()
    assert pod("exec", "a-clone", "echo", "well").ok().stdout == "well\n"


def test_logs_top_and_stats_speak_of_all_its_containers(pod: CommandLine) -> None:
    make(pod)
    pod("run", "--pod", "p", "--name", "b", "busybox", "echo", "said").ok()
    assert pod("pod", "logs", "--names", "p").ok().stdout == "b said\n"
    assert pod("pod", "logs", "-c", "b", "p").ok().stdout == "said\n"
    assert [line.split() for line in pod("pod", "top", "p", "args").ok().lines] == [
        ["COMMAND"],
        ["/pause"],
        ["sleep", "1000"],
    ]
    heading, *rows = pod("pod", "stats", "--no-stream", "p").ok().lines
    assert heading.split()[:3] == ["POD", "CID", "NAME"] and len(rows) == 2


def test_a_user_namespace_of_the_pods_is_that_of_its_containers(pod: CommandLine) -> None:
    pod("pod", "create", "--name", "p", *IN_NONE, "--userns", "keep-id").ok()
    ids = pod("run", "--rm", "--pod", "p", "busybox", "id", "-u")
    assert ids.ok().stdout.strip() == str(os.getuid())


def test_the_host_network_of_a_pod_is_its_containers(pod: CommandLine) -> None:
    pod("pod", "create", "--name", "p", "--network", "host").ok()
    pod("run", "-d", "--pod", "p", "--name", "a", "busybox", "sleep", "1000").ok()
    assert namespaces(pod, "a")["net"] == os.readlink("/proc/self/ns/net")


def test_a_killed_infra_container_is_started_anew(pod: CommandLine) -> None:
    make(pod)
    infra = inspected(pod)["InfraContainerID"]
    store = Store.of(pod)
    pids = [store.monitor(infra), store.init(infra)]
    for pid in pids:
        kill(pid)
    for pid in pids:
        wait_until_gone(pid)
    assert status(pod) == "p Degraded 2"
    pod("pod", "restart", "p").ok()
    assert status(pod) == "p Running 2"


@pytest.mark.parametrize(
    ("prepare", "command", "calls"),
    [
        ((), ("pod", "create", "--name", "p", *IN_NONE), "rename,symlink"),
        (("pod", "create", "--name", "p", *IN_NONE), ("pod", "rm", "p"), "rename,rmdir"),
    ],
    ids=["create", "rm"],
)
def test_killed_before_any_change_of_the_store(
    pod: CommandLine, prepare: tuple[str, ...], command: tuple[str, ...], calls: str
) -> None:
    """strace kills the command at the n-th call of a kind: the pod is whole or gone, and nothing else is left."""
    from tests.system.crashes.test_crash_anywhere import traced

    pod("run", "--rm", *IN_NONE, "busybox", "true").ok()
    store = Store.of(pod)
    for call in calls.split(","):
        for count in range(1, 60):
            if prepare:
                pod(*prepare).ok()
            done = traced(pod, call, count, store)(*command)
            listed = pod("pod", "ps", "--format", "{{.Name}} {{.Status}} {{.NumberOfContainers}}").ok().lines
            assert listed in ([], ["p Created 1"], ["p Created 0"]), (call, count)
            assert len(pod("ps", "-aq").ok().lines) == len(listed) or listed == ["p Created 0"], (call, count)
            pod("pod", "rm", "-fi", "p").ok()
            if done.code == 0:
                break
        else:
            raise AssertionError(f"{command} never gets through {call}")


def test_what_removes_many_containers_leaves_no_half_of_a_pod(pod: CommandLine) -> None:
    make(pod)
    pod("pod", "stop", "-t", "0", "p").ok()
    pod("container", "prune", "-f").ok()
    assert status(pod) == "p Exited 1"
    pod("pod", "start", "p").ok()
    pod("rm", "-fa").ok()
    assert status(pod) == "p Running 1"
    pod("pod", "stop", "p").ok()
    assert pod("system", "prune", "-f").ok().lines[0] == "Deleted Pods:"
    assert pod("ps", "-aq").ok().lines == []
    pod("network", "create", "front").ok()
    pod("pod", "create", "--name", "p", "--network", "front").ok()
    pod("network", "rm", "-f", "front").ok()
    assert pod("pod", "ps", "-q").ok().lines == []
    told = pod("events", "--stream=false", "--filter", "pod=p", "--format", "{{.Action}}").ok().lines
    assert told[-2:] == ["create", "remove"]


COMPARED: tuple[tuple[str, ...], ...] = (
    ("pod", "create", "--name", "p", "--share", "ipc,uts", "--network", "none"),
    ("pod", "exists", "p"),
    ("pod", "exists", "q"),
    ("pod", "ps", "--format", "{{.Name}} {{.Status}} {{.NumberOfContainers}}"),
    ("create", "--pod", "p", "--name", "a", "busybox", "sleep", "1000"),
    ("pod", "ps", "--ctr-status", "--noheading", "--format", "{{.ContainerStatuses}}"),
    ("pod", "inspect", "-f", "{{.State}} {{.NumContainers}} {{.ExitPolicy}}", "p"),
    ("pod", "start", "p"),
    ("pod", "rm", "p"),
    ("run", "--rm", "--pod", "p", "busybox", "hostname"),
    ("run", "--rm", "--pod", "p", "--hostname", "x", "busybox", "true"),
    ("run", "--rm", "--pod", "none", "busybox", "true"),
    ("pod", "create", "--name", "p"),
    ("pod", "create", "--share", "wrong"),
    ("pod", "stop", "-t", "0", "p"),
    ("pod", "ps", "--format", "{{.Name}} {{.Status}} {{.NumberOfContainers}}"),
    ("pod", "kill", "p"),
    ("pod", "rm", "p"),
    ("pod", "rm", "p"),
    ("pod", "stop", "p"),
    ("pod", "start", "p"),
)


def test_codes_and_words_are_podmans(pod: CommandLine, podman: CommandLine) -> None:
    for words in COMPARED:
        ours, theirs = pod(*words), podman(*words)
        assert ours.code == theirs.code, f"{words}\n{ours}\n{theirs}"
        if "--format" in words or "-f" in words or words[0] == "run":
            assert ours.stdout == theirs.stdout, f"{words}\n{ours}\n{theirs}"
