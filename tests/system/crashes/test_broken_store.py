"""A store that something else has damaged: broken documents, lost runtime folders, folders that cannot be written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.aftermath import Store, is_alive, kill, run_sleeping, wait_until_gone
from tests.support.commands import CommandLine

USER_NAMESPACE = ("sh", "-c", "readlink /proc/self/ns/user")


@pytest.fixture
def known_holder(pod: CommandLine, store: Store) -> Iterator[None]:
    """End the namespace's holder that a test makes pod forget: by itself it would sleep for an hour."""
    pod("run", "--rm", "--network", "none", "busybox", "true").ok()
    holder = store.holder()
    yield
    kill(holder)


# Documents

GARBAGE = pytest.mark.parametrize("content", [b"", b"\x00\xff{", b'{"status": 5}', b"[]"], ids=repr)


@GARBAGE
@pytest.mark.parametrize("document", ["state.json", "record.json"])
def test_a_broken_document_is_named_and_concerns_its_container_alone(
    pod: CommandLine, store: Store, document: str, content: bytes
) -> None:
    broken = run_sleeping(pod, "--name", "broken")
    healthy = run_sleeping(pod, "--name", "healthy")
    init = store.init(broken)
    path = store.root / "containers" / broken / document
    path.write_bytes(content)

    for command in (
        ("inspect", "broken"),
        ("start", "broken"),
        ("rm", "broken"),
        ("stop", "broken"),
        ("logs", "broken"),
    ):
        result = pod(*command)
        assert result.code != 0, str(result)
        assert f"cannot read container {broken[:12]}: {path} is broken" in result.stderr, str(result)
        assert f"pod rm -f {broken[:12]}" in result.stderr, str(result)
    listed = pod("ps", "-aq", "--no-trunc").ok()
    assert listed.lines == [healthy]
    assert listed.stderr.count(str(path)) == 1
    assert pod("exec", "healthy", "echo", "here").ok().stdout == "here\n"

    pod("rm", "-f", "broken").ok()
    assert not is_alive(init), "what runs of it is killed, though no document tells what that is"
    assert pod("ps", "-a").ok().stderr == ""
    pod("rm", "-f", "healthy").ok()
    store.assert_empty()


@pytest.mark.parametrize("document", ["state.json", "record.json"])
def test_a_missing_document_is_named_and_the_container_removed_by_id(
    pod: CommandLine, store: Store, document: str
) -> None:
    container = pod("create", "--network", "none", "busybox", "true").ok().stdout.strip()
    path = store.root / "containers" / container / document
    path.unlink()
    assert f"{path} is missing" in pod("inspect", container[:12]).stderr
    pod("rm", "-f", container[:12]).ok()
    store.assert_empty()


@pytest.mark.usefixtures("known_holder")
def test_a_broken_document_of_the_user_namespace_is_made_anew(pod: CommandLine, store: Store) -> None:
    run_sleeping(pod, "--name", "inside")
    before = pod("exec", "inside", *USER_NAMESPACE).ok().stdout
    (store.runroot / "namespace.json").write_bytes(b"\0garbage")
    run_sleeping(pod, "--name", "later")
    assert pod("exec", "later", *USER_NAMESPACE).ok().stdout == before


def test_a_container_whose_folder_was_deleted_ends_without_fuss(pod: CommandLine, store: Store) -> None:
    container = run_sleeping(pod, "--name", "robbed")
    init, monitor = store.init(container), store.monitor(container)
    for name in ("record.json", "state.json"):
        (store.root / "containers" / container / name).unlink()
    kill(init)
    wait_until_gone(monitor)
    pod("rm", "-f", container).ok()
    store.assert_empty()


# The runtime folder


@pytest.mark.usefixtures("known_holder")
def test_containers_outlive_their_runtime_folder(pod: CommandLine, store: Store) -> None:
    container = run_sleeping(pod, "--name", "robbed")
    before = pod("exec", "robbed", *USER_NAMESPACE).ok().stdout
    shutil.rmtree(store.runroot)
    assert pod("ps", "--format", "{{.Names}} {{.State}}").ok().stdout == "robbed running\n"
    assert pod("exec", "robbed", *USER_NAMESPACE).ok().stdout == before
    run_sleeping(pod, "--name", "later")
    assert pod("exec", "later", *USER_NAMESPACE).ok().stdout == before, "there is one namespace of the user's"
    pod("stop", "-t", "1", "robbed").ok()
    assert store.state(container)["status"] == "exited"
    assert pod("wait", "robbed").ok().stdout == "137\n"
    pod("start", "robbed").ok()
    assert pod("exec", "robbed", "echo", "here").ok().stdout == "here\n"


def test_waiting_works_without_the_monitors_socket(pod: CommandLine, store: Store) -> None:
    pod("run", "-d", "--network", "none", "--name", "brief", "busybox", "sh", "-c", "sleep 0.5; exit 7").ok()
    shutil.rmtree(store.runroot / "containers")
    assert pod("wait", "brief").ok().stdout == "7\n"


@pytest.mark.usefixtures("known_holder")
def test_a_running_container_is_removed_without_its_runtime_folder(pod: CommandLine, store: Store) -> None:
    run_sleeping(pod, "--rm", "--name", "robbed")
    shutil.rmtree(store.runroot)
    pod("rm", "-f", "robbed").ok()
    store.assert_empty()


# The user's namespace


def test_new_commands_go_on_in_the_namespace_whose_holder_was_killed(pod: CommandLine, store: Store) -> None:
    run_sleeping(pod, "--name", "inside")
    before = pod("exec", "inside", *USER_NAMESPACE).ok().stdout
    map_before = pod("exec", "inside", "cat", "/proc/self/uid_map").ok().stdout
    kill(store.holder())
    assert pod("run", "--rm", "--network", "none", "busybox", *USER_NAMESPACE).ok().stdout == before
    assert pod("run", "--rm", "--network", "none", "busybox", "cat", "/proc/self/uid_map").ok().stdout == map_before
    assert is_alive(store.holder())


def test_a_killed_holder_with_nothing_running_is_replaced(pod: CommandLine, store: Store) -> None:
    pod("run", "--rm", "--network", "none", "busybox", "true").ok()
    kill(store.holder())
    pod("run", "--rm", "--network", "none", "busybox", "true").ok()
    assert is_alive(store.holder())


def test_changed_subordinate_ids_count_as_soon_as_nothing_runs(pod: CommandLine, store: Store) -> None:
    """The stamp of /etc/subuid in the document is changed, as an edit of that file would make it differ."""
    run_sleeping(pod, "--name", "inside")
    before = pod("exec", "inside", *USER_NAMESPACE).ok().stdout
    old_holder = store.holder()
    age_stamp(store)
    assert pod("run", "--rm", "--network", "none", "busybox", *USER_NAMESPACE).ok().stdout == before
    assert store.holder() == old_holder, "what runs keeps its namespace"
    kill(old_holder)
    assert pod("run", "--rm", "--network", "none", "busybox", *USER_NAMESPACE).ok().stdout == before
    pod("rm", "-f", "inside").ok()
    assert pod("run", "--rm", "--network", "none", "busybox", *USER_NAMESPACE).ok().stdout != before
    wait_until_gone(old_holder)


def age_stamp(store: Store) -> None:
    path = store.runroot / "namespace.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "stamp": "of another /etc/subuid"}))


# Folders that cannot be written


def test_a_store_that_cannot_be_made_names_the_folder(make_pod: Callable[[str], CommandLine], scratch: Path) -> None:
    closed = scratch / "closed"
    closed.mkdir(mode=0o500)
    pod = make_pod("closed")
    result = pod("run", "--rm", "busybox", "true")
    assert result.code == 125
    assert result.stderr.startswith(f"Error: cannot write to the store: Permission denied: {closed}"), result.stderr
    assert pod("ps", "-a").code == 0
    closed.rmdir()
