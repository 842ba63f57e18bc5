"""`pod pause` and `pod update`: what cannot be done says why, and what can be is done."""

from __future__ import annotations

from tests.support.commands import CommandLine


def test_pausing_is_refused_with_the_reason_as_by_podman_without_control_groups(pod: CommandLine) -> None:
    pod("run", "-d", "--name", "pa-on", "busybox", "sleep", "1000").ok()
    refused = pod("pause", "pa-on")
    assert (refused.code, refused.stdout) == (125, "")
    assert "cannot pause container pa-on: it has no control group of its own" in refused.stderr
    assert pod("inspect", "-f", "{{.State.Status}}", "pa-on").ok().stdout == "running\n"


def test_states_are_told_apart(pod: CommandLine) -> None:
    pod("create", "--name", "pa-still", "busybox", "true").ok()
    assert "it is not running" in pod("pause", "pa-still").stderr
    assert "it is not paused" in pod("unpause", "pa-still").stderr
    assert pod("unpause", "--all").ok().stdout == ""


def test_an_update_without_options_says_so(pod: CommandLine) -> None:
    pod("create", "--name", "up-limit", "busybox", "true").ok()
    assert "nothing to update" in pod("update", "up-limit").stderr


def test_another_restart_policy_counts_from_the_next_end_on(pod: CommandLine) -> None:
    pod("run", "--name", "up-restart", "busybox", "sh", "-c", "echo once; exit 3")
    pod("update", "--restart", "on-failure:2", "up-restart").ok()
    policy = "{{.HostConfig.RestartPolicy.Name}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}"
    assert pod("inspect", "-f", policy, "up-restart").ok().stdout == "on-failure 2\n"
    pod("start", "up-restart").ok()
    for _ in range(100):
        if len(pod("logs", "up-restart").ok().lines) == 4:
            break
    assert pod("logs", "up-restart").ok().lines == ["once"] * 4
    assert pod("inspect", "-f", "{{.RestartCount}}", "up-restart").ok().stdout == "2\n"


def test_a_container_that_is_removed_at_its_end_cannot_be_restarted(pod: CommandLine) -> None:
    pod("create", "--rm", "--name", "up-rm", "busybox", "true").ok()
    assert "is removed at its end (--rm)" in pod("update", "--restart", "always", "up-rm").stderr
    assert 'invalid value "often" for --restart' in pod("update", "--restart", "often", "up-rm").stderr


def test_an_update_changes_parts_of_the_health_check(pod: CommandLine) -> None:
    pod("create", "--name", "up-health", "--health-cmd", "true", "--health-interval", "1h", "busybox", "true").ok()
    pod("update", "--health-interval", "5s", "--health-max-log-count", "3", "up-health").ok()
    template = "{{json .Config.Healthcheck.Test}} {{.Config.Healthcheck.Interval}}"
    assert pod("inspect", "--format", template, "up-health").ok().stdout == '["CMD-SHELL","true"] 5s\n'
