"""Health checks run by the container's own monitor: no daemon, no timer unit, and they survive the command."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from tests.support.commands import CommandLine

QUIET = ("run", "-d", "--network", "none")
FAST = ("--health-interval", "200ms", "--health-retries", "2")
SLEEP = ("busybox", "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done")


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


def health(pod: CommandLine, name: str) -> str:
    return pod("inspect", "-f", "{{.State.Health.Status}}", name).ok().stdout.strip()


def test_a_container_becomes_healthy_unhealthy_and_healthy_again(pod: CommandLine) -> None:
    pod(*QUIET, "--name", "moody", "--health-cmd", "test -e /well", *FAST, *SLEEP).ok()
    assert health(pod, "moody") == "starting"
    pod("exec", "moody", "touch", "/well").ok()
    until(lambda: health(pod, "moody") == "healthy")
    assert "(healthy)" in pod("ps").ok().stdout
    pod("exec", "moody", "rm", "/well").ok()
    until(lambda: health(pod, "moody") == "unhealthy")
    assert pod("ps", "-q", "--filter", "health=unhealthy").ok().stdout.strip() != ""
    pod("exec", "moody", "touch", "/well").ok()
    until(lambda: health(pod, "moody") == "healthy")
    pod("rm", "-f", "moody").ok()


def test_checks_go_on_after_the_monitor_has_become_bare(pod: CommandLine) -> None:
    check = "date +%s%N >> /runs"
    pod(*QUIET, "--name", "bare", "--health-cmd", check, *FAST, *SLEEP).ok()
    time.sleep(2.5)  # longer than a monitor takes to settle
    before = len(pod("exec", "bare", "cat", "/runs").ok().lines)
    until(lambda: len(pod("exec", "bare", "cat", "/runs").ok().lines) >= before + 3)
    pod("rm", "-f", "bare").ok()


def test_what_a_check_says_and_how_it_ends_is_in_inspect(pod: CommandLine) -> None:
    pod(*QUIET, "--name", "talker", "--health-cmd", "echo it hurts; exit 3", *FAST, *SLEEP).ok()
    until(lambda: health(pod, "talker") == "unhealthy")
    found = json.loads(pod("inspect", "-f", "{{json .State.Health}}", "talker").ok().stdout)
    assert found["FailingStreak"] >= 2
    assert {(entry["ExitCode"], entry["Output"]) for entry in found["Log"]} == {(3, "it hurts\n")}
    assert len(found["Log"]) <= 5
    pod("rm", "-f", "talker").ok()


def test_a_check_that_takes_too_long_is_killed_and_fails(pod: CommandLine) -> None:
    options = ("--health-cmd", "sleep 60", "--health-timeout", "300ms", *FAST)
    pod(*QUIET, "--name", "slow", *options, *SLEEP).ok()
    until(lambda: health(pod, "slow") == "unhealthy")
    found = pod("inspect", "-f", "{{(index .State.Health.Log 0).Output}}", "slow").ok().stdout
    assert "the check took longer than 0.3 seconds and was killed" in found
    pod("rm", "-f", "slow").ok()


def test_failures_of_the_start_period_do_not_count(pod: CommandLine) -> None:
    options = ("--health-cmd", "false", "--health-start-period", "1h", "--health-start-interval", "100ms", *FAST)
    pod(*QUIET, "--name", "patient", *options, *SLEEP).ok()
    log = "{{len .State.Health.Log}}"
    until(lambda: pod("inspect", "-f", log, "patient").ok().stdout.strip() == "5")
    assert health(pod, "patient") == "starting"
    pod("rm", "-f", "patient").ok()


def test_a_stopped_container_leaves_no_check_behind(pod: CommandLine) -> None:
    pod(*QUIET, "--name", "busy", "--health-cmd", "sleep 30", "--health-interval", "1ms", *SLEEP).ok()
    time.sleep(0.5)
    before = time.monotonic()
    pod("rm", "-f", "busy").ok()
    assert time.monotonic() - before < 5


def test_healthcheck_run_tells_by_its_exit_code(pod: CommandLine) -> None:
    pod(*QUIET, "--name", "asked", "--health-cmd", "test -e /well || { echo not well; false; }", *SLEEP).ok()
    result = pod("healthcheck", "run", "asked")
    assert (result.code, result.lines) == (1, ["unhealthy", "not well"])
    pod("exec", "asked", "touch", "/well").ok()
    assert pod("healthcheck", "run", "asked").ok().stdout == ""
    pod("rm", "-f", "asked").ok()


def test_an_images_check_is_used_changed_or_left_out(pod: CommandLine) -> None:
    form = "{{json .Config.Healthcheck}}"
    pod("create", "--name", "none", "--no-healthcheck", "busybox", "true").ok()
    assert json.loads(pod("inspect", "-f", form, "none").ok().stdout) == {"Test": ["NONE"]}
    refused = pod("run", "--rm", "--no-healthcheck", "--health-cmd", "true", "busybox", "true")
    assert (refused.code, "exclude each other" in refused.stderr) == (125, True)
    refused = pod("run", "--rm", "--health-interval", "soon", "busybox", "true")
    assert (refused.code, "--health-interval" in refused.stderr) == (125, True)
