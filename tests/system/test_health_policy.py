"""What becomes of an unhealthy container, startup checks, and where results are kept: by the monitor alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import background, eventually

FAST = ("--health-interval", "100ms", "--health-retries", "1")
FAILING = ("--health-cmd", "test -e /well", *FAST)
SLEEP = ("busybox", "sh", "-c", "trap 'exit 7' TERM; while :; do sleep 0.05; done")


def state(pod: CommandLine, name: str, fields: str) -> str:
    return pod("inspect", "-f", fields, name).ok().stdout.strip()


@pytest.mark.parametrize(("action", "code"), [("kill", "137"), ("stop", "7")])
def test_an_unhealthy_container_is_killed_or_stopped(pod: CommandLine, action: str, code: str) -> None:
    with background(
        pod, "--restart", "always" if action == "stop" else "no", "--health-on-failure", action, *FAILING, *SLEEP
    ) as box:
        eventually(lambda: state(pod, box, "{{.State.Status}}") == "exited", "the end")
        assert state(pod, box, "{{.State.ExitCode}} {{.RestartCount}}") == f"{code} 0"
        assert state(pod, box, "{{.State.Health.Status}}") == "unhealthy"


def test_an_unhealthy_container_is_restarted(pod: CommandLine) -> None:
    with background(pod, "--health-on-failure", "restart", *FAILING, *SLEEP) as box:
        eventually(lambda: int(state(pod, box, "{{.RestartCount}}")) >= 2, "two restarts")


def test_an_action_needs_a_check_and_excludes_a_restart_policy(pod: CommandLine) -> None:
    without = pod("create", "--health-on-failure", "kill", "busybox", "true")
    assert without.code == 125 and "--health-on-failure kill needs a health check" in without.stderr
    both = pod("create", "--health-on-failure", "restart", "--restart", "always", *FAILING, "busybox", "true")
    assert both.code == 125 and "exclude each other" in both.stderr


def test_an_update_changes_the_check_of_a_running_container(pod: CommandLine) -> None:
    with background(pod, "--health-cmd", "true", "--health-interval", "100ms", *SLEEP) as box:
        eventually(lambda: state(pod, box, "{{.State.Health.Status}}") == "healthy", "health")
        pod("update", "--health-cmd", "exit 7", "--health-retries", "1", "--health-on-failure", "none", box).ok()
        eventually(lambda: state(pod, box, "{{.State.Health.Status}}") == "unhealthy", "ill health")
        assert state(pod, box, "{{json .Config.Healthcheck.Test}}") == '["CMD-SHELL","exit 7"]'
        assert state(pod, box, "{{json .Config.Healthcheck.Interval}}") == "100000000"
        pod("update", "--no-healthcheck", box).ok()
        eventually(lambda: "healthy" not in pod("ps", "--filter", f"id={box}").ok().stdout, "no word of health")


def test_an_update_of_a_check_that_is_not_there_says_so(pod: CommandLine) -> None:
    with background(pod, *SLEEP) as box:
        assert "has no health check" in pod("update", "--health-interval", "5s", box).stderr
        refused = pod("update", "--health-on-failure", "kill", box)
        assert refused.code == 125 and "--health-on-failure kill needs a health check" in refused.stderr


def test_the_regular_check_begins_when_the_startup_check_has_succeeded(pod: CommandLine) -> None:
    startup = ["--health-startup-cmd", "echo x >>/startups; test -e /up", "--health-startup-interval", "100ms"]
    regular = ["--health-cmd", "echo x >>/regular", "--health-interval", "100ms"]
    with background(pod, *startup, "--health-startup-success", "2", *regular, *SLEEP) as box:
        eventually(lambda: pod("exec", box, "test", "-s", "/startups").code == 0, "a startup check")
        assert state(pod, box, "{{.State.Health.Status}}") == "starting"
        assert pod("exec", box, "test", "-e", "/regular").code == 1
        pod("exec", box, "touch", "/up").ok()
        eventually(lambda: state(pod, box, "{{.State.Health.Status}}") == "healthy", "health")


def test_a_startup_check_that_goes_on_failing_restarts_the_container(pod: CommandLine) -> None:
    startup = ["--health-startup-cmd", "false", "--health-startup-interval", "100ms", "--health-startup-retries", "2"]
    with background(pod, *startup, "--health-cmd", "true", *SLEEP) as box:
        eventually(lambda: int(state(pod, box, "{{.RestartCount}}")) >= 1, "a restart")


def test_as_many_results_are_kept_and_as_much_output_as_asked_for(pod: CommandLine) -> None:
    kept = ["--health-max-log-count", "2", "--health-max-log-size", "4"]
    with background(pod, *kept, "--health-cmd", "echo 123456789", *FAST, *SLEEP) as box:
        eventually(lambda: len(json.loads(state(pod, box, "{{json .State.Health.Log}}"))) == 2, "two results")
        pod("exec", box, "sleep", "0.3").ok()
        log = json.loads(state(pod, box, "{{json .State.Health.Log}}"))
        pod("stop", "-t", "0", box).ok()
        assert len(log) == 2 and {entry["Output"] for entry in log} == {"1234"}
        assert json.loads(state(pod, box, "{{json .State.Health.Log}}")), "results outlive the container's end"


def test_results_can_be_kept_in_a_folder_or_told_as_events(pod: CommandLine, tmp_path: Path) -> None:
    with background(pod, "--health-log-destination", str(tmp_path), "--health-cmd", "echo out", *FAST, *SLEEP) as box:
        file = tmp_path / f"{box}-healthcheck.log"
        eventually(file.exists, "the file")
        assert json.loads(file.read_text())["Log"][0]["Output"] == "out\n"
    with background(
        pod, "--health-log-destination", "events_logger", "--health-cmd", "echo told", *FAST, *SLEEP
    ) as box:
        words = ["events", "--stream=false", "--filter", f"container={box}", "--filter", "event=health_status"]
        eventually(lambda: "told" in pod(*words, "--format", "json").ok().stdout, "the event")
