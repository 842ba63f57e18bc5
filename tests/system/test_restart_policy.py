"""`--restart`: who is started again, how often, and what ends it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest

from tests.support.commands import CommandLine

QUIET = ("run", "-d", "--network", "none")


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


def status(pod: CommandLine, name: str) -> list[str]:
    form = "{{.State.Status}} {{.RestartCount}} {{.State.ExitCode}}"
    return pod("inspect", "-f", form, name).ok().stdout.split()


def test_on_failure_gives_up_after_as_many_starts_as_were_allowed(pod: CommandLine) -> None:
    pod(*QUIET, "--name", "thrice", "--restart", "on-failure:2", "busybox", "sh", "-c", "echo run; exit 3").ok()
    until(lambda: status(pod, "thrice")[0] == "exited")
    assert status(pod, "thrice") == ["exited", "2", "3"]
    assert pod("logs", "thrice").ok().lines == ["run"] * 3


def test_on_failure_leaves_a_success_alone(pod: CommandLine) -> None:
    pod(*QUIET, "--name", "fine", "--restart", "on-failure", "busybox", "true").ok()
    until(lambda: status(pod, "fine")[0] == "exited")
    assert status(pod, "fine") == ["exited", "0", "0"]


@pytest.mark.parametrize("policy", ["always", "unless-stopped"])
def test_it_is_started_again_until_it_is_stopped(pod: CommandLine, policy: str) -> None:
    name = f"again-{policy}"
    pod(*QUIET, "--name", name, "--restart", policy, "busybox", "sh", "-c", "echo run; sleep 0.1").ok()
    until(lambda: len(pod("logs", name).ok().lines) >= 3)
    pod("stop", "-t", "0", name).ok()
    runs = len(pod("logs", name).ok().lines)
    assert status(pod, name)[0] == "exited"
    time.sleep(1.0)  # longer than the next pause would have been
    assert (status(pod, name)[0], len(pod("logs", name).ok().lines)) == ("exited", runs)


def test_a_killed_container_stays_dead(pod: CommandLine) -> None:
    pod(*QUIET, "--name", "shot", "--restart", "always", "busybox", "sleep", "100").ok()
    pod("kill", "shot").ok()
    until(lambda: status(pod, "shot")[0] == "exited")
    time.sleep(0.5)
    assert status(pod, "shot") == ["exited", "0", "137"]


def test_it_is_restarted_after_a_life_long_enough_for_the_bare_monitor(pod: CommandLine) -> None:
    pod(*QUIET, "--name", "long", "--restart", "always", "busybox", "sh", "-c", "echo run; sleep 1.5").ok()
    until(lambda: len(pod("logs", "long").ok().lines) >= 3)
    assert int(status(pod, "long")[1]) >= 2
    pod("rm", "-f", "long").ok()


def test_the_pause_is_seen_and_ends_at_once_when_the_container_is_removed(pod: CommandLine) -> None:
    pod(*QUIET, "--name", "pausing", "--restart", "always", "busybox", "false").ok()
    until(lambda: int(status(pod, "pausing")[1]) >= 4 and status(pod, "pausing")[0] == "restarting")
    assert "Restarting (1)" in pod("ps", "-a", "--filter", "name=pausing").ok().stdout
    refused = pod("rm", "pausing")
    assert (refused.code, "container pausing is restarting" in refused.stderr) == (2, True)
    before = time.monotonic()
    pod("rm", "-f", "pausing").ok()
    assert time.monotonic() - before < 1.0
    assert pod("container", "exists", "pausing").code == 1


def test_rm_and_restart_exclude_each_other(pod: CommandLine) -> None:
    result = pod("run", "--rm", "--restart", "always", "busybox", "true")
    assert (result.code, "--rm and --restart exclude each other" in result.stderr) == (125, True)


@pytest.mark.parametrize("settled", [False, True])
def test_a_monitor_that_is_terminated_stops_its_container_in_the_containers_own_way(
    pod: CommandLine, settled: bool
) -> None:
    name = f"polite-{settled}"
    trap = "trap 'echo bye; exit 7' INT; echo ready; while :; do sleep 0.05; done"
    pod(*QUIET, "--name", name, "--restart", "always", "--stop-signal", "INT", "busybox", "sh", "-c", trap).ok()
    until(lambda: pod("logs", name).ok().lines == ["ready"])
    if settled:
        time.sleep(1.5)  # the monitor is a bare interpreter by then
    monitor = int(pod("inspect", "-f", "{{.State.ConmonPid}}", name).ok().stdout)
    os.kill(monitor, signal.SIGTERM)
    until(lambda: status(pod, name)[0] == "exited")
    assert status(pod, name) == ["exited", "0", "7"]
    assert pod("logs", name).ok().lines == ["ready", "bye"]
