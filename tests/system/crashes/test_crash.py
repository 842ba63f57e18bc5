"""kill -9 of the command, the monitor, the first process and the helpers of a container; and a reboot.

After each: `ps` and `inspect` tell the truth, `rm -f` removes what is left, and nothing stays.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.support import busybox, users
from tests.support.aftermath import (
    Store,
    command_of,
    descendants,
    is_alive,
    kill,
    run_sleeping,
    wait_until_gone,
)
from tests.support.commands import CommandLine
from tests.support.images import Image, write_docker_archive
from tests.support.members import directory, file, layer

LOST = 137


def status(pod: CommandLine, name: str) -> str:
    return pod("ps", "-a", "--filter", f"name=^{name}$", "--format", "{{.State}}").ok().stdout.strip()


def inspected(pod: CommandLine, name: str) -> dict[str, object]:
    state: dict[str, object] = json.loads(pod("inspect", name).ok().stdout)[0]["State"]
    return state


# The command


def test_a_container_survives_the_command_that_runs_it_in_the_foreground(pod: CommandLine, store: Store) -> None:
    command = pod.start("run", "--network", "none", "--name", "left", "busybox", "sleep", "1000")
    wait_for_status(pod, "left", "running")
    kill(command.pid)
    command.wait()
    assert status(pod, "left") == "running"
    assert pod("exec", "left", "echo", "here").ok().stdout == "here\n"
    pod("rm", "-f", "left").ok()
    store.assert_empty()


def wait_for_status(pod: CommandLine, name: str, wanted: str) -> None:
    deadline = time.monotonic() + 10
    while status(pod, name) != wanted:
        assert time.monotonic() < deadline, f"{name} is {status(pod, name) or 'not there'}, not {wanted}"
        time.sleep(0.02)


# The monitor


def test_a_container_dies_with_its_monitor_and_ps_says_so(pod: CommandLine, store: Store) -> None:
    container = run_sleeping(pod, "--name", "orphan")
    init = store.init(container)
    kill(store.monitor(container))
    wait_until_gone(init)
    assert status(pod, "orphan") == "exited"
    state = inspected(pod, "orphan")
    assert (state["Running"], state["ExitCode"], state["Error"]) == (False, LOST, "the container's monitor was killed")
    assert store.state(container)["status"] == "exited", "what ps found out is written down"
    assert not (store.runroot / "containers" / container).exists()


def test_a_container_starts_again_after_its_monitor_was_killed(pod: CommandLine, store: Store) -> None:
    container = run_sleeping(pod, "--name", "again")
    kill(store.monitor(container))
    pod("start", "again").ok()
    assert status(pod, "again") == "running"
    assert pod("exec", "again", "echo", "here").ok().stdout == "here\n"
    assert inspected(pod, "again")["Error"] == ""


def test_a_settled_monitor_is_no_different(pod: CommandLine, store: Store) -> None:
    """After a second the monitor executes a bare interpreter in place of itself."""
    container = run_sleeping(pod, "--name", "settled")
    before = Path(f"/proc/{store.monitor(container)}/cmdline").read_bytes()
    deadline = time.monotonic() + 20
    while Path(f"/proc/{store.monitor(container)}/cmdline").read_bytes() == before:
        assert time.monotonic() < deadline, "the premise of this test"
        time.sleep(0.05)
    init = store.init(container)
    kill(store.monitor(container))
    wait_until_gone(init)
    pod("rm", "settled").ok()
    store.assert_empty()


@pytest.mark.parametrize("command", [("ps", "-a"), ("ps", "-aq"), ("inspect", "temporary"), ("rm", "-f", "temporary")])
def test_an_abandoned_rm_container_is_gone_after_any_command_that_meets_it(
    pod: CommandLine, store: Store, command: tuple[str, ...]
) -> None:
    container = run_sleeping(pod, "--rm", "--name", "temporary")
    kill(store.monitor(container))
    result = pod(*command)
    assert container[:12] not in result.stdout
    store.assert_empty()


@pytest.mark.parametrize("verb", ["start", "stop", "wait", "rm"])
def test_an_abandoned_rm_container_does_not_exist_for_any_verb(pod: CommandLine, store: Store, verb: str) -> None:
    container = run_sleeping(pod, "--rm", "--name", "temporary")
    kill(store.monitor(container))
    result = pod(verb, "temporary")
    assert result.code != 0
    assert 'no such container: "temporary"' in result.stderr.lower()
    store.assert_empty()


def test_the_name_of_an_abandoned_rm_container_is_free_for_a_new_one(pod: CommandLine, store: Store) -> None:
    container = run_sleeping(pod, "--rm", "--name", "reused")
    kill(store.monitor(container))
    assert pod("run", "--rm", "--name", "reused", "--network", "none", "busybox", "echo", "new").ok().stdout == "new\n"
    store.assert_empty()


def test_a_container_that_waits_for_its_restart_dies_with_its_monitor(pod: CommandLine, store: Store) -> None:
    words = ("run", "-d", "--restart", "always", "--network", "none", "--name", "restless", "busybox", "sh", "-c")
    container = pod(*words, "exit 3").ok().stdout.strip()
    deadline = time.monotonic() + 20
    while (state := store.state(container))["status"] != "restarting" or state.get("restart_count", 0) < 3:
        assert time.monotonic() < deadline, str(state)
        time.sleep(0.01)
    kill(store.monitor(container))
    found = inspected(pod, "restless")
    assert (found["Status"], found["ExitCode"]) == ("exited", 3)
    assert found["Error"] == "the container's monitor was killed"
    time.sleep(1.0)
    assert status(pod, "restless") == "exited"
    pod("rm", "restless").ok()
    store.assert_empty()


def test_a_killed_monitor_fails_the_attached_command_in_one_line(pod: CommandLine, store: Store) -> None:
    command = pod.start("run", "--network", "none", "--name", "cut", "busybox", "sleep", "1000", stderr=subprocess.PIPE)
    wait_for_status(pod, "cut", "running")
    container = pod("ps", "-q", "--no-trunc").ok().stdout.strip()
    kill(store.monitor(container))
    _stdout, stderr = command.communicate(timeout=20)
    assert command.returncode == LOST
    assert stderr == b"Error: the container's monitor was killed, and the container with it\n"


def test_a_program_that_changed_privileges_does_not_outlive_the_sweep(
    pod: CommandLine, store: Store, scratch: Path
) -> None:
    """The kernel forgets PR_SET_PDEATHSIG when a setuid program is executed: such a one survives its monitor."""
    if not users.has_subordinate_ids():
        pytest.skip("without subordinate ids nobody in a container can become another user")
    members = [directory("bin"), file("bin/sleep", busybox.program().read_bytes(), mode=0o4755)]
    image = Image([layer(members)], tags=["docker.io/library/setuid:latest"])
    pod("load", "-i", write_docker_archive(scratch / "setuid.tar", image)).ok()
    options = ("--name", "climber", "--network", "none", "--user", "1000")
    container = pod("run", "-d", *options, "setuid", "/bin/sleep", "1000").ok().stdout.strip()
    init = store.init(container)
    kill(store.monitor(container))
    time.sleep(0.2)
    assert is_alive(init), "the premise of this test"
    assert status(pod, "climber") == "exited"
    assert not is_alive(init)


# The first process, and the helpers


def test_killing_init_ends_the_container_with_137(pod: CommandLine, store: Store) -> None:
    container = run_sleeping(pod, "--name", "victim")
    kill(store.init(container))
    assert pod("wait", "victim").ok().stdout == "137\n"
    state = inspected(pod, "victim")
    assert (state["Running"], state["ExitCode"], state["Error"]) == (False, 137, "")


def test_a_container_without_its_network_helper_goes_on_and_is_removed(pod: CommandLine, store: Store) -> None:
    container = pod("run", "-d", "--name", "cutoff", "busybox", "sleep", "1000").ok().stdout.strip()
    helpers = [pid for pid in descendants(store.monitor(container)) if command_of(pid) == "slirp4netns"]
    assert len(helpers) == 1
    kill(helpers[0])
    assert status(pod, "cutoff") == "running"
    assert pod("exec", "cutoff", "echo", "here").ok().stdout == "here\n"
    pod("rm", "-f", "cutoff").ok()
    store.assert_empty()


def test_the_network_helper_ends_with_a_killed_monitor(pod: CommandLine, store: Store) -> None:
    container = pod("run", "-d", "--name", "cutoff", "busybox", "sleep", "1000").ok().stdout.strip()
    family = descendants(store.monitor(container))
    kill(store.monitor(container))
    for pid in family:
        wait_until_gone(pid)
    pod("rm", "cutoff").ok()


# Storage drivers that are processes, or copies


@pytest.mark.parametrize("driver", ["fuse-overlayfs", "vfs"])
def test_other_storage_drivers_leave_no_more_behind(pod: CommandLine, store: Store, driver: str) -> None:
    chosen = pod.with_options("--storage-driver", driver)
    tried = chosen("run", "-d", "--rm", "--network", "none", "--name", "target", "busybox", "sleep", "1000")
    if tried.code and "does not work" in tried.stderr:
        pytest.skip(tried.stderr)
    container = tried.ok().stdout.strip()
    family = descendants(store.monitor(container))
    kill(store.monitor(container))
    for pid in family:
        wait_until_gone(pid)
    assert pod("ps", "-aq").ok().stdout == ""
    store.assert_empty()
    chosen("run", "--rm", "--network", "none", "busybox", "touch", "/file").ok()
    store.assert_empty()
    chosen("run", "--rm", "--network", "none", "busybox", "/no/such/program")
    store.assert_empty()


def test_a_container_whose_root_file_system_broke_away_is_removed(pod: CommandLine, store: Store) -> None:
    chosen = pod.with_options("--storage-driver", "fuse-overlayfs")
    tried = chosen("run", "-d", "--rm", "--network", "none", "--name", "target", "busybox", "sleep", "1000")
    if tried.code and "does not work" in tried.stderr:
        pytest.skip(tried.stderr)
    served = [pid for pid in descendants(store.monitor(tried.ok().stdout.strip())) if "fuse" in command_of(pid)]
    assert len(served) == 1
    kill(served[0])
    pod("rm", "-f", "target").ok()
    store.assert_empty()


# A reboot


def reboot(store: Store) -> None:
    """As far as the store can tell: all processes gone, the runtime folder empty, the kernel another one."""
    for folder in (store.root / "containers").iterdir():
        state = store.state(folder.name)
        if "monitor" in state:
            kill(store.monitor(folder.name))
            store.change_state(folder.name, boot_id="00000000-0000-0000-0000-000000000000")
        if "init" in state:
            wait_until_gone(store.init(folder.name))
    kill(store.holder())
    shutil.rmtree(store.runroot)


def test_after_a_reboot_containers_have_exited_and_say_why(pod: CommandLine, store: Store) -> None:
    run_sleeping(pod, "--name", "before")
    reboot(store)
    assert status(pod, "before") == "exited"
    state = inspected(pod, "before")
    assert (state["Running"], state["ExitCode"], state["Error"]) == (False, LOST, "the machine was restarted")


def test_after_a_reboot_containers_start_again_with_their_files(pod: CommandLine, store: Store) -> None:
    run_sleeping(pod, "--name", "before")
    pod("exec", "before", "sh", "-c", "echo kept >/file").ok()
    reboot(store)
    pod("start", "before").ok()
    assert pod("exec", "before", "cat", "/file").ok().stdout == "kept\n"
    assert status(pod, "before") == "running"


def test_after_a_reboot_rm_containers_are_gone(pod: CommandLine, store: Store) -> None:
    run_sleeping(pod, "--rm", "--name", "temporary")
    reboot(store)
    assert pod("ps", "-aq").ok().stdout == ""
    store.assert_empty()


def test_a_created_container_outlives_a_reboot_even_with_rm(pod: CommandLine, store: Store) -> None:
    pod("create", "--rm", "--name", "waiting", "--network", "none", "busybox", "echo", "now").ok()
    pod("ps").ok()
    shutil.rmtree(store.runroot / "containers", ignore_errors=True)
    assert status(pod, "waiting") == "created"
    assert pod("start", "-a", "waiting").ok().stdout == "now\n"
    store.assert_empty()
