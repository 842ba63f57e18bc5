"""The verbs of a container's life: create, start, stop, kill, restart, wait, rm; and what ps and inspect say of it."""

from __future__ import annotations

import json
import subprocess
import time

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, background, eventually, sleeping

STUBBORN = ["busybox", "sh", "-c", "trap 'echo no' TERM; echo ready; while :; do sleep 0.05; done"]


def status(pod: CommandLine, container: str) -> str:
    return pod("inspect", "--format", "{{.State.Status}}", container).ok().stdout.strip()


# --- create and start --------------------------------------------------------------------------------------------


def test_created_container_does_not_run_until_it_is_started(pod: CommandLine) -> None:
    container = (
        pod("create", "--name", "later", *NO_NETWORK, "busybox", "sh", "-c", "echo hi; exit 3").ok().stdout.strip()
    )
    assert len(container) == 64 and status(pod, "later") == "created"
    assert pod("start", "later").ok().stdout == "later\n"
    assert pod("wait", "later").ok().stdout == "3\n"
    assert (status(pod, "later"), pod("logs", "later").ok().stdout) == ("exited", "hi\n")
    pod("rm", "later").ok()


def test_start_attached_shows_output_and_gives_the_exit_code(pod: CommandLine) -> None:
    pod("create", "--name", "attached", *NO_NETWORK, "busybox", "sh", "-c", "echo out; echo err >&2; exit 4").ok()
    result = pod("start", "-a", "attached")
    assert (result.code, result.stdout, result.stderr) == (4, "out\n", "err\n")
    pod("rm", "attached").ok()


def test_start_interactive_passes_stdin_on(pod: CommandLine) -> None:
    pod("create", "-i", "--name", "input", *NO_NETWORK, "busybox", "cat").ok()
    assert pod("start", "-a", "-i", "input", input="typed").ok().stdout == "typed"
    pod("rm", "input").ok()


def test_files_outlive_the_end_and_a_restart(pod: CommandLine) -> None:
    script = "cat /kept 2>/dev/null; echo once more >>/kept"
    pod("create", "--name", "twice", *NO_NETWORK, "busybox", "sh", "-c", script).ok()
    assert [pod("start", "-a", "twice").ok().stdout for _ in range(3)] == ["", "once more\n", "once more\n" * 2]
    pod("rm", "twice").ok()


def test_starting_what_runs_is_no_error(pod: CommandLine) -> None:
    with sleeping(pod) as container:
        pod("start", container).ok()


def test_failed_start_leaves_the_container_to_look_at(pod: CommandLine) -> None:
    pod("create", "--name", "unstartable", *NO_NETWORK, "busybox", "no-such-program").ok()
    result = pod("start", "unstartable")
    assert result.code in (125, 127)
    assert "command not found in the container: 'no-such-program'" in result.stderr
    shown = json.loads(pod("inspect", "--format", "{{json .State}}", "unstartable").ok().stdout)
    assert shown["ExitCode"] == 127 and "no-such-program" in shown["Error"]
    pod("rm", "unstartable").ok()


# --- stop and kill -----------------------------------------------------------------------------------------------


def test_stop_sends_the_stop_signal_and_waits(pod: CommandLine) -> None:
    script = "trap 'echo stopped; exit 0' TERM; echo ready; while :; do sleep 0.05; done"
    with background(pod, "busybox", "sh", "-c", script) as container:
        eventually(lambda: pod("logs", container).stdout, "the trap")
        assert pod("stop", container).ok().stdout.strip() == container
        assert pod("logs", container).ok().stdout == "ready\nstopped\n"
        assert pod("inspect", "--format", "{{.State.ExitCode}}", container).ok().stdout == "0\n"


def test_stop_signal_of_the_container_is_used(pod: CommandLine) -> None:
    script = "trap 'exit 7' USR1; echo ready; while :; do sleep 0.05; done"
    with background(pod, "--stop-signal", "USR1", "busybox", "sh", "-c", script) as container:
        eventually(lambda: pod("logs", container).stdout, "the trap")
        pod("stop", container).ok()
        assert pod("wait", container).ok().stdout == "7\n"


def test_program_that_does_not_stop_is_killed_after_its_time(pod: CommandLine) -> None:
    with background(pod, "--stop-timeout", "1", *STUBBORN) as container:
        eventually(lambda: pod("logs", container).stdout, "the trap")
        before = time.monotonic()
        pod("stop", container).ok()
        assert 0.8 < time.monotonic() - before < 8
        assert pod("wait", container).ok().stdout == "137\n"


def test_an_init_program_that_waits_for_its_signals_may_pass_them_on(pod: CommandLine) -> None:
    # tini sleeps in rt_sigtimedwait(2), during which the kernel shows the awaited signals as neither caught nor blocked
    script = "trap 'sleep 0.5; echo saved; exit 7' TERM; echo ready; while :; do sleep 0.05; done"
    tini = ["-v", "/usr/bin/tini-static:/tini:ro", "--entrypoint", "/tini"]
    with background(pod, *tini, "busybox", "--", "sh", "-c", script) as container:
        eventually(lambda: pod("logs", container).stdout, "the trap")
        pod("stop", container).ok()
        assert pod("logs", container).ok().stdout == "ready\nsaved\n"
        assert pod("wait", container).ok().stdout == "7\n"


def test_a_program_without_a_handler_is_not_waited_for(pod: CommandLine) -> None:
    with sleeping(pod) as container:
        before = time.monotonic()
        pod("stop", container).ok()
        assert time.monotonic() - before < 8
        assert pod("wait", container).ok().stdout == "137\n"


def test_time_of_stop_wins_over_the_containers(pod: CommandLine) -> None:
    with background(pod, "--stop-timeout", "60", *STUBBORN) as container:
        eventually(lambda: pod("logs", container).stdout, "the trap")
        pod("stop", "-t", "0", container, timeout=15).ok()
        assert status(pod, container) == "exited"


def test_stopping_twice_is_no_error(pod: CommandLine) -> None:
    with sleeping(pod) as container:
        pod("stop", "-t", "0", container).ok()
        pod("stop", container).ok()


def test_kill_sends_any_signal_by_name_or_number(pod: CommandLine) -> None:
    script = "trap 'echo usr1' USR1; trap 'echo hup' HUP; echo ready; while :; do sleep 0.05; done"
    with background(pod, "busybox", "sh", "-c", script) as container:
        eventually(lambda: pod("logs", container).stdout, "the traps")
        pod("kill", "-s", "SIGUSR1", container).ok()
        eventually(lambda: "usr1" in pod("logs", container).stdout, "USR1")
        pod("kill", "-s", "1", container).ok()
        eventually(lambda: "hup" in pod("logs", container).stdout, "HUP")
        unknown = pod("kill", "-s", "NOSUCH", container)
        assert unknown.code == 125 and "'NOSUCH'" in unknown.stderr
        pod("kill", container).ok()
        assert pod("wait", container).ok().stdout == "137\n"


def test_killing_what_does_not_run_is_an_error_with_its_name(pod: CommandLine) -> None:
    with background(pod, "--name", "dead", "busybox", "true"):
        pod("wait", "dead").ok()
        result = pod("kill", "dead")
    assert result.code != 0 and "container dead" in result.stderr


# --- restart, wait -----------------------------------------------------------------------------------------------


def test_restart_runs_the_program_anew(pod: CommandLine) -> None:
    with background(pod, "busybox", "sh", "-c", "echo started; exec sleep 1000") as container:
        eventually(lambda: pod("logs", container).stdout, "the start")
        pod("restart", "-t", "0", container).ok()
        eventually(lambda: pod("logs", container).stdout == "started\nstarted\n", "the second start")
        assert status(pod, container) == "running"


def test_wait_returns_as_soon_as_the_program_ends(pod: CommandLine) -> None:
    with background(pod, "busybox", "sh", "-c", "sleep 0.3; exit 12") as container:
        assert pod("wait", container, timeout=10).ok().stdout == "12\n"


def test_wait_for_several_gives_a_code_each(pod: CommandLine) -> None:
    with (
        background(pod, "busybox", "sh", "-c", "exit 1") as one,
        background(pod, "busybox", "sh", "-c", "exit 2") as two,
    ):
        assert pod("wait", one, two).ok().lines == ["1", "2"]


def test_wait_for_one_that_is_removed_at_its_end(pod: CommandLine) -> None:
    pod("run", "-d", "--rm", "--name", "fleeting", *NO_NETWORK, "busybox", "sh", "-c", "sleep 0.5; exit 8").ok()
    assert pod("wait", "fleeting").ok().stdout == "8\n"
    assert pod("container", "exists", "fleeting").code == 1


# --- rm ----------------------------------------------------------------------------------------------------------


def test_running_container_is_not_removed_without_force(pod: CommandLine) -> None:
    with sleeping(pod, "--name", "busy") as container:
        result = pod("rm", "busy")
        assert result.code != 0 and "container busy is running" in result.stderr
        assert status(pod, container) == "running"
        pod("rm", "-f", "busy").ok()
        assert pod("container", "exists", "busy").code == 1
        assert pod("rm", "-f", "busy").code == 0


def test_removing_several_goes_on_after_one_that_is_unknown(pod: CommandLine) -> None:
    names = ["first", "second"]
    for name in names:
        pod("create", "--name", name, *NO_NETWORK, "busybox", "true").ok()
    result = pod("rm", "first", "nobody-knows", "second")
    assert (result.code, result.lines) == (1, names)
    assert '"nobody-knows"' in result.stderr


def test_container_with_files_of_many_users_and_modes_is_removed(pod: CommandLine) -> None:
    script = "mkdir -p /x/y && touch /x/y/z && chown -R 1000:1000 /x && chmod 0 /x/y /x && touch /w && chmod 0 /w"
    container = pod("run", "-d", *NO_NETWORK, "busybox", "sh", "-c", script).ok().stdout.strip()
    pod("wait", container).ok()
    pod("rm", container).ok()


# --- ps and inspect ----------------------------------------------------------------------------------------------


def test_ps_shows_running_ones_and_all_with_a(pod: CommandLine) -> None:
    with sleeping(pod, "--name", "up"), background(pod, "--name", "down", "busybox", "sh", "-c", "exit 3"):
        pod("wait", "down").ok()
        rows = {line.split()[-1]: line for line in pod("ps", "-a").ok().lines[1:]}
        assert "Up " in rows["up"] and "Exited (3) " in rows["down"]
        assert [line.split()[-1] for line in pod("ps").ok().lines[1:]].count("down") == 0


def test_ps_options_select_and_shape(pod: CommandLine) -> None:
    with (
        sleeping(pod, "--name", "one", "--label", "set=a") as one,
        sleeping(pod, "--name", "two", "--label", "set=b") as two,
    ):
        assert pod("ps", "-q", "--filter", "label=set=a").ok().lines == [one[:12]]
        assert pod("ps", "-q", "--no-trunc", "-n", "1").ok().lines == [two]
        assert pod(
            "ps", "--filter", "status=running", "--filter", "name=^one$", "--format", "{{.Names}}"
        ).ok().lines == ["one"]
        shown = json.loads(pod("ps", "--filter", "name=two", "--format", "json").ok().stdout)
        assert [row["Names"] for row in shown] in ([["two"]], ["two"])
        table = pod("ps", "--filter", "label=set", "--format", "table {{.Names}}\t{{.Status}}").ok().lines
        assert table[0].split() == ["NAMES", "STATUS"] and {line.split()[0] for line in table[1:]} == {"one", "two"}


def test_inspect_tells_what_was_asked_and_what_is(pod: CommandLine) -> None:
    options = ["--name", "told", "-e", "A=b", "-w", "/srv", "-u", "33", "--label", "x=y", "--cap-add", "net_admin"]
    with sleeping(pod, *options) as container:
        [shown] = json.loads(pod("inspect", "told").ok().stdout)
        pid = shown["State"]["Pid"]
        assert (
            subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True).stdout
            == "sleep 1000\n"
        )
    assert (shown["Id"], shown["Name"].lstrip("/"), shown["State"]["Running"]) == (container, "told", True)
    assert "A=b" in shown["Config"]["Env"] and shown["Config"]["Labels"] == {"x": "y"}
    assert (shown["Config"]["WorkingDir"], shown["Config"]["User"]) == ("/srv", "33")
    assert (shown["Path"], shown["Args"]) == ("sleep", ["1000"])
    assert "CAP_NET_ADMIN" in shown["EffectiveCaps"] and shown["HostConfig"]["NetworkMode"] == "none"


def test_prefix_of_an_id_means_the_container(pod: CommandLine) -> None:
    with sleeping(pod) as container:
        assert pod("inspect", "--format", "{{.Id}}", container[:5]).ok().stdout.strip() == container


@pytest.mark.parametrize("verb", ["start", "stop", "kill", "rm", "wait", "attach", "logs", "restart", "inspect"])
def test_unknown_container_is_named_by_every_verb(pod: CommandLine, verb: str) -> None:
    result = pod(verb, "nobody-knows")
    assert result.code in (1, 125)
    assert "nobody-knows" in result.stderr and len(result.stderr.splitlines()) == 2


def test_version_and_info_answer(pod: CommandLine) -> None:
    assert pod("--version").ok().stdout.startswith("pod version ")
    assert "Version" in pod("version").ok().stdout
    assert json.loads(pod("info", "--format", "json").ok().stdout)
