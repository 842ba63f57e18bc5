"""Many commands at once, on the same store and on the same container: nobody waits for ever, nothing is lost."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.support.aftermath import Store, emptied
from tests.support.commands import CommandLine, Result

PATIENCE = 60.0
SLEEP = ("busybox", "sleep", "1000")


@pytest.fixture(scope="module")
def made(make_pod: Callable[[str], CommandLine], busybox_archive: Path) -> CommandLine:
    """A store of this module's own, with busybox."""
    pod = make_pod("crowd")
    pod("load", "-i", busybox_archive).ok()
    return pod


@pytest.fixture
def pod(made: CommandLine) -> Iterator[CommandLine]:
    yield from emptied(made)


def at_once(pod: CommandLine, commands: Sequence[Sequence[str]]) -> list[Result]:
    """Start all commands, then wait for all of them."""
    started = [pod.start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for words in commands]
    return finish(started)


def finish(started: Sequence[subprocess.Popen[bytes]]) -> list[Result]:
    """Collect commands; if one hangs, all are killed and the test fails with what it is."""
    deadline = time.monotonic() + PATIENCE
    results = []
    for process in started:
        try:
            stdout, stderr = process.communicate(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            for other in started:
                other.kill()
            raise AssertionError(f"hangs: {process.args!r}") from None
        argv = [str(word) for word in process.args] if isinstance(process.args, list) else []
        results.append(Result(argv, process.returncode, stdout.decode(), stderr.decode(), stdout))
    return results


# Containers of their own


def test_fifty_containers_run_at_once_and_leave_nothing(pod: CommandLine) -> None:
    results = at_once(pod, [("run", "--rm", "--network", "none", "busybox", "echo", str(n)) for n in range(50)])
    assert [result.ok().stdout for result in results] == [f"{n}\n" for n in range(50)]
    assert [result.stderr for result in results if result.stderr] == []
    Store.of(pod).assert_empty()


def test_containers_with_networks_run_at_once(pod: CommandLine) -> None:
    results = at_once(pod, [("run", "--rm", "busybox", "ip", "-o", "addr", "show", "tap0") for _ in range(8)])
    assert all("10.0.2.100/24" in result.ok().stdout for result in results)
    Store.of(pod).assert_empty()


def test_the_very_first_commands_of_a_user_may_come_all_at_once(
    make_pod: Callable[[str], CommandLine], busybox_archive: Path
) -> None:
    """They race for the user's namespace, the store's mark and the image's layers."""
    fresh = make_pod("first")
    for result in at_once(fresh, [("load", "-i", str(busybox_archive)) for _ in range(6)]):
        result.ok()
    results = at_once(fresh, [("run", "--rm", "--network", "none", "busybox", "echo", "hi") for _ in range(6)])
    assert [result.ok().stdout for result in results] == ["hi\n"] * 6
    Store.of(fresh).assert_empty()


def test_a_storm_of_create_and_rm_keeps_the_store_whole(pod: CommandLine) -> None:
    for round_ in range(3):
        names = [f"storm{round_}-{n}" for n in range(8)]
        for result in at_once(pod, [("create", "--name", name, "busybox", "true") for name in names]):
            result.ok()
        assert sorted(pod("ps", "-a", "--format", "{{.Names}}").ok().lines) == names
        listings = [("ps", "-a")] * 4
        for result in at_once(pod, [*(("rm", name) for name in names), *listings]):
            result.ok()
        Store.of(pod).assert_empty()


def test_listings_never_stumble_over_what_comes_and_goes(pod: CommandLine) -> None:
    churn = [("run", "--rm", "--network", "none", "busybox", "true")] * 10
    looks = [("ps", "-a"), ("ps", "-aq", "--no-trunc"), ("info",), ("images",)] * 4
    for result in at_once(pod, [*churn, *looks]):
        result.ok()
        assert result.stderr == ""


# The same name, the same container


def test_of_twenty_containers_with_the_same_name_one_wins(pod: CommandLine) -> None:
    words = ("run", "-d", "--network", "none", "--name", "wanted", *SLEEP)
    results = at_once(pod, [words] * 20)
    winners = [result for result in results if result.code == 0]
    assert len(winners) == 1
    owner = winners[0].stdout.strip()
    for loser in (result for result in results if result.code != 0):
        assert loser.code == 125
        assert loser.stderr == (
            f'Error: the container name "wanted" is already in use by container {owner[:12]}\n'
            "  remove or rename that one (pod rm wanted), or choose another name\n"
        )
    assert pod("ps", "-aq", "--no-trunc").ok().lines == [owner]


def test_two_commands_that_remove_one_container_both_succeed_with_force(pod: CommandLine) -> None:
    for _ in range(5):
        pod("run", "-d", "--network", "none", "--name", "shared", *SLEEP).ok()
        for result in at_once(pod, [("rm", "-f", "shared")] * 3):
            result.ok()
        Store.of(pod).assert_empty()


def test_of_two_commands_that_remove_one_container_one_removes_it(pod: CommandLine) -> None:
    for _ in range(5):
        pod("create", "--name", "shared", "--network", "none", *SLEEP).ok()
        results = at_once(pod, [("rm", "shared")] * 3)
        assert sorted(result.code for result in results) == [0, 1, 1], "\n".join(map(str, results))
        for result in results:
            assert result.code == 0 or result.stderr.startswith('Error: no such container: "shared"\n')
        Store.of(pod).assert_empty()


@pytest.mark.parametrize("options", [(), ("--rm",)], ids=["kept", "rm"])
def test_a_container_that_ends_by_itself_may_be_removed_by_force_at_that_moment(
    pod: CommandLine, options: tuple[str, ...]
) -> None:
    for delay in (0.0, 0.02, 0.04, 0.06, 0.08, 0.1):
        pod("run", "-d", *options, "--network", "none", "--name", "ending", "busybox", "sleep", "0.1").ok()
        time.sleep(delay)
        pod("rm", "-f", "ending").ok()
        Store.of(pod).assert_empty()


def test_stopping_twice_at_once_is_no_error(pod: CommandLine) -> None:
    pod("run", "-d", "--network", "none", "--name", "tired", *SLEEP).ok()
    for result in at_once(pod, [("stop", "-t", "1", "tired")] * 3):
        result.ok()
    assert pod("ps", "-a", "--format", "{{.Names}} {{.State}}").ok().stdout == "tired exited\n"


def test_starting_twice_at_once_starts_one(pod: CommandLine) -> None:
    pod("create", "--network", "none", "--name", "keen", "busybox", "sh", "-c", "echo started; sleep 1000").ok()
    for result in at_once(pod, [("start", "keen")] * 4):
        result.ok()
    assert pod("ps", "--format", "{{.Names}} {{.State}}").ok().stdout == "keen running\n"
    assert pod("logs", "keen").ok().stdout == "started\n"
    assert pod("exec", "keen", "echo", "here").ok().stdout == "here\n"


def test_starting_at_the_moment_of_the_end_keeps_the_new_run_whole(pod: CommandLine) -> None:
    """The old run's monitor must not take away what the new one has made."""
    pod("create", "--network", "none", "--name", "phoenix", "busybox", "sleep", "0.05").ok()
    for delay in (0.03, 0.05, 0.06, 0.07, 0.08, 0.1):
        pod("start", "phoenix").ok()
        time.sleep(delay)
        pod("start", "phoenix").ok()
        assert pod("wait", "phoenix").ok().stdout == "0\n"


def test_removing_and_starting_at_once_end_in_one_of_two_ways(pod: CommandLine) -> None:
    for _ in range(5):
        pod("create", "--network", "none", "--name", "torn", *SLEEP).ok()
        started, removed = at_once(pod, [("start", "torn"), ("rm", "torn")])
        if removed.code == 0:
            assert started.code == 0 or "no such container" in started.stderr or "is being removed" in started.stderr
            Store.of(pod).assert_empty()
        else:
            started.ok()
            assert "torn is running" in removed.stderr or "torn was started again" in removed.stderr, str(removed)
            pod("rm", "-f", "torn").ok()


# Waiting


@pytest.mark.parametrize("options", [(), ("--rm",)], ids=["kept", "rm"])
def test_ten_waiters_all_learn_the_exit_code(pod: CommandLine, options: tuple[str, ...]) -> None:
    container = run_until_term(pod, *options)
    waiters = [pod.start("wait", "awaited", stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(10)]
    wait_for_clients(pod, container, 10)
    pod("kill", "-s", "TERM", "awaited").ok()
    assert [result.ok().stdout for result in finish(waiters)] == ["7\n"] * 10


def run_until_term(pod: CommandLine, *options: str) -> str:
    """Start a container that says `end` and exits with 7 when it gets SIGTERM, and not before; its id."""
    words = ("run", "-d", *options, "--network", "none", "--name", "awaited", "busybox", "sh", "-c")
    return pod(*words, "trap 'echo end; exit 7' TERM; while :; do sleep 0.02; done").ok().stdout.strip()


def wait_for_clients(pod: CommandLine, container: str, wanted: int) -> None:
    """Wait until so many commands are connected to a container's monitor: it holds a socket for each, and one more."""
    deadline = time.monotonic() + PATIENCE
    while sockets(Store.of(pod).monitor(container)) <= wanted:
        assert time.monotonic() < deadline, "they do not connect"
        time.sleep(0.02)


def test_an_attached_command_that_takes_no_output_keeps_nobody_waiting(pod: CommandLine) -> None:
    words = ("run", "--network", "none", "--name", "flooded", "busybox", "yes")
    stuck = pod.start(*words, stdout=subprocess.PIPE)
    assert stuck.stdout is not None
    assert stuck.stdout.read(2) == b"y\n"
    container = pod("ps", "-q", "--no-trunc").ok().stdout.strip()
    waiter = pod.start("wait", "flooded", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for_clients(pod, container, 2)
    before = time.monotonic()
    pod("stop", "-t", "1", "flooded").ok()
    assert [result.ok().stdout for result in finish([waiter])] == ["137\n"]
    pod("start", "flooded").ok()
    pod("rm", "-f", "flooded").ok()
    assert time.monotonic() - before < 10
    assert set(stuck.stdout.read().splitlines()) <= {b"y", b""}, "what was written is still there for it"
    assert stuck.wait(20) == 137
    stuck.stdout.close()


def sockets(pid: int) -> int:
    """Return how many sockets a process holds."""
    found = 0
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found += os.readlink(fd).startswith("socket:")
        except FileNotFoundError:
            continue
    return found


def test_waiters_that_come_at_the_end_are_not_left_alone(pod: CommandLine) -> None:
    """Some connect while the monitor says goodbye already."""
    pod("run", "-d", "--network", "none", "--name", "awaited", "busybox", "sh", "-c", "sleep 0.4; exit 7").ok()
    waiters = []
    for _ in range(12):
        waiters.append(pod.start("wait", "awaited", stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        time.sleep(0.03)
    assert [result.ok().stdout for result in finish(waiters)] == ["7\n"] * 12


def test_two_attached_commands_both_hear_the_end(pod: CommandLine) -> None:
    container = run_until_term(pod)
    attached = [pod.start("attach", "awaited", stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    wait_for_clients(pod, container, 2)
    pod("kill", "-s", "TERM", "awaited").ok()
    assert [(result.code, result.stdout) for result in finish(attached)] == [(7, "end\n")] * 2
