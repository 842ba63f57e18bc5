"""`mount`, `unmount`, `init` and `cleanup`: a container's files and folders, looked at from outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, sleeping


@pytest.fixture
def made(pod: CommandLine) -> Iterator[str]:
    """A container that has not been started, and that shows and changes its files when it is."""
    script = "cat /from-outside; echo changed >/from-inside"
    yield (made := pod("create", *NO_NETWORK, "busybox", "sh", "-c", script).ok().stdout.strip())
    pod("rm", "-f", made).ok()


def inside(pod: CommandLine, script: str) -> str:
    """Run a shell script where mounts of `pod mount` are to be seen."""
    return pod("unshare", "sh", "-c", script).ok().stdout


def test_files_of_a_container_that_was_never_started_can_be_changed_and_looked_at(pod: CommandLine, made: str) -> None:
    folder = pod("mount", made).ok().stdout.strip()
    inside(pod, f"echo hello >{folder}/from-outside")
    assert pod("start", "-a", made).ok().stdout == "hello\n"
    assert inside(pod, f"cat {folder}/from-inside") == "changed\n"
    assert pod("unmount", made).ok().stdout.strip() == made
    assert inside(pod, f"ls {Path(folder).parent.parent}") == ""


def test_files_of_a_running_container_are_its_own_without_what_is_mounted_there(pod: CommandLine) -> None:
    with sleeping(pod, "--tmpfs", "/t") as container:
        pod("exec", container, "sh", "-c", "echo here >/file; echo there >/t/file").ok()
        folder = pod("mount", container).ok().stdout.strip()
        assert (
            inside(pod, f"cat {folder}/file; ls {folder}/t {folder}/proc") == f"here\n{folder}/proc:\n\n{folder}/t:\n"
        )
        inside(pod, f"echo out >{folder}/file")
        assert pod("exec", container, "cat", "/file").ok().stdout == "out\n"
    assert pod("mount").ok().stdout == ""  # removing the container has unmounted it


def test_what_is_mounted_is_listed_as_text_and_as_json(pod: CommandLine, made: str) -> None:
    folder = pod("mount", made).ok().stdout.strip()
    assert pod("mount").ok().stdout == f"{made[:12]} {folder}\n"
    assert pod("mount", "--no-trunc").ok().stdout == f"{made} {folder}\n"
    (document,) = json.loads(pod("mount", "--format", "json").ok().stdout)
    assert (document["id"], document["mountpoint"]) == (made, folder)
    pod("umount", "-a").ok()
    assert pod("mount").ok().stdout == ""


def test_init_makes_the_configuration_without_starting(pod: CommandLine, made: str) -> None:
    path = Path(pod("inspect", "-f", "{{.OCIConfigPath}}", made).ok().stdout.strip())
    assert not path.exists()
    assert pod("init", made).ok().stdout.strip() == made
    assert json.loads(path.read_text())["process"]["args"][0] == "sh"
    assert pod("ps", "-a", "-f", f"id={made}", "--format", "{{.State}} {{.Status}}").ok().lines == [
        "initialized Initialized"
    ]
    again = pod("init", made)
    assert again.code == 125 and "is initialized already" in again.stderr
    assert pod("start", made).ok().stdout.strip() == made


def test_cleanup_is_for_containers_that_have_ended(pod: CommandLine, made: str) -> None:
    pod("mount", made).ok()
    assert pod("container", "cleanup", made).ok().stdout.strip() == made
    assert pod("mount").ok().stdout == ""
    with sleeping(pod) as container:
        refused = pod("container", "cleanup", container)
        assert refused.code == 125 and "it is running" in refused.stderr


def test_cleanup_with_rm_removes(pod: CommandLine) -> None:
    container = pod("create", *NO_NETWORK, "busybox", "true").ok().stdout.strip()
    pod("container", "cleanup", "--rm", container).ok()
    assert pod("container", "exists", "--external", container).code == 1


@pytest.mark.parametrize("verb", ["checkpoint", "restore"])
def test_checkpoints_are_refused_with_what_is_missing(pod: CommandLine, verb: str) -> None:
    with sleeping(pod) as container:
        if verb == "restore":
            pod("stop", "-t", "0", container).ok()
        result = pod("container", verb, container)
    assert result.code == 125
    assert f"cannot {verb} container" in result.stderr and "criu" in result.stderr


def test_a_container_that_another_one_needs_is_not_removed_by_mistake(pod: CommandLine) -> None:
    with sleeping(pod, "--name", "needed") as needed:
        other = pod("run", "-d", "--name", "needing", "--network", f"container:{needed}", "busybox", "sleep", "1000")
        pod("stop", "-t", "0", "needed", "needing").ok()
        refused = pod("rm", "needed")
        assert refused.stderr.splitlines()[0] == "Error: container needed is needed by needing"
        pod("rm", "--depend", "needed").ok()
        assert pod("ps", "-aq", "--no-trunc", "-f", f"id={other.ok().stdout.strip()}").ok().stdout == ""


def test_stop_and_restart_take_another_signal(pod: CommandLine) -> None:
    script = "trap 'echo got USR1; exit 0' USR1; while :; do sleep 0.05; done"
    container = pod("run", "-d", *NO_NETWORK, "busybox", "sh", "-c", script).ok().stdout.strip()
    pod("restart", "-s", "USR1", container).ok()
    pod("stop", "--signal", "SIGUSR1", container).ok()
    assert pod("logs", container).ok().lines == ["got USR1", "got USR1"]
    wrong = pod("stop", "-s", "NOSUCH", container)
    assert wrong.code == 125 and "NOSUCH" in wrong.stderr


def test_runlabel_runs_what_the_label_says(pod: CommandLine) -> None:
    container = pod("create", *NO_NETWORK, "busybox", "true").ok().stdout.strip()
    words = "docker run --rm --network none --name NAME IMAGE echo $NAME"
    pod("commit", "-q", "-c", f"LABEL run='{words}'", container, "labelled").ok()
    shown = pod("container", "runlabel", "--display", "-n", "ours", "run", "labelled", "more").ok().stdout
    assert shown == "command: pod run --rm --network none --name ours labelled echo ours more\n"
    assert pod("container", "runlabel", "-q", "run", "labelled").ok().stdout == "labelled\n"
    missing = pod("container", "runlabel", "install", "labelled")
    assert missing.code == 125 and "has no label install" in missing.stderr and "run" in missing.stderr
    pod("rmi", "labelled").ok()
