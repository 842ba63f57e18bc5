"""Terminals: `run -it`, `exec -it`, `attach`; and `attach` to containers without one."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pty
import signal
import subprocess
import termios
from typing import Any

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, background, eventually, sleeping
from tests.support.terminal import Terminal

DETACH = b"\x10\x11"  # ctrl-p, ctrl-q
INTERRUPT = b"\x03"


def terminal(pod: CommandLine, *words: str, rows: int = 24, columns: int = 80) -> Terminal:
    return Terminal(pod.argv(*words), pod.env, rows=rows, columns=columns)


def interactive(pod: CommandLine, *words: str, **size: int) -> Terminal:
    """A shell in a new container, on a terminal."""
    return terminal(pod, "run", "--rm", "-it", *NO_NETWORK, *words, "busybox", "sh", **size)


@pytest.fixture(params=["run", "exec"])
def shell(request: pytest.FixtureRequest, pod: CommandLine) -> Any:
    """A shell on a terminal of 24 rows and 80 columns, by `run -it` and by `exec -it`."""
    if request.param == "run":
        with interactive(pod) as screen:
            screen.expect("/ # ")
            yield screen
    else:
        with sleeping(pod) as container, terminal(pod, "exec", "-it", container, "sh") as screen:
            screen.expect("/ # ")
            yield screen
            if screen.code is None:
                screen.type(INTERRUPT + b"exec true\n")  # not exit, which asks again when a job is stopped
                screen.wait()


# --- both: a shell on a terminal ---------------------------------------------------------------------------------


def test_size_is_the_windows_at_the_start_and_after_a_change(shell: Terminal) -> None:
    shell.type("stty size\n")
    shell.expect("24 80\r\n")
    shell.resize(50, 132)
    shell.type("sleep 0.2; stty size\n")
    shell.expect("50 132\r\n")


def test_program_sees_its_terminal_and_its_controlling_one(shell: Terminal) -> None:
    shell.type("tty; echo direct >/dev/tty; ls -l /proc/self/fd/0\n")
    shell.expect("/dev/pts/0\r\n")
    shell.expect("direct\r\n")
    shell.expect("-> /dev/pts/0\r\n")


def test_ctrl_c_interrupts_the_program_inside_alone(shell: Terminal) -> None:
    shell.type("sh -c 'echo r\"\"unning; exec sleep 1000'\n")
    shell.expect("running\r\n")
    shell.type(INTERRUPT)
    shell.expect("^C")
    shell.type("echo code $?\n")
    shell.expect("code 130\r\n")


def test_job_control_works(shell: Terminal) -> None:
    shell.type("sh -c 'echo r\"\"unning; exec sleep 1000'\n")
    shell.expect("running\r\n")
    shell.type(b"\x1a")
    shell.expect("Stopped")
    shell.type("jobs; kill -9 %1; wait; echo d'o'ne\n")
    shell.expect("done\r\n")


def test_exit_code_is_the_shells(shell: Terminal) -> None:
    shell.type("exit 3\n")
    assert shell.wait() == 3


def test_paste_of_100_kilobytes_arrives_whole(shell: Terminal) -> None:
    lines = b"".join(b"%099d\n" % n for n in range(1000))
    shell.type("stty -echo; cat >/pasted; stty echo; md5sum </pasted\n")
    shell.expect("md5sum </pasted\r\n")
    for start in range(0, len(lines), 4096):  # a terminal emulator, too, hands over what fits
        shell.type(lines[start : start + 4096])
    shell.type(b"\x04")
    shell.expect(hashlib.md5(lines).hexdigest(), timeout=30)


def test_megabytes_of_output_arrive_whole(shell: Terminal) -> None:
    shell.type("stty -onlcr; seq 200000; echo e'n'd\n")
    shell.expect("e'n'd\r\n")
    seen = shell.expect("end\n", timeout=40)
    assert seen == b"".join(b"%d\n" % n for n in range(1, 200001)) + b"end\n"


def test_modes_of_the_users_terminal_are_as_before_afterwards(pod: CommandLine) -> None:
    words = " ".join([*pod.argv("run", "--rm", "-it", *NO_NETWORK), "busybox", "true"])
    script = f"stty -a >{{0}}; {words}; stty -a | cmp - {{0}} && echo s'a'me"
    with Terminal(["sh", "-c", script.format("/tmp/modes.$$")], pod.env) as screen:
        screen.expect("same\r\n")
        assert screen.wait() == 0


@pytest.mark.parametrize("signal", [1, 15])
def test_modes_are_restored_when_a_signal_ends_the_command(pod: CommandLine, signal: int) -> None:
    main, side = pty.openpty()
    try:
        before = termios.tcgetattr(side)
        argv = pod.argv("run", "--name", f"signalled{signal}", "-it", *NO_NETWORK, "busybox", "sh")
        with subprocess.Popen(argv, env=dict(pod.env), stdin=side, stdout=side, stderr=side) as process:
            eventually(lambda: termios.tcgetattr(side) != before, "raw mode")
            os.read(main, 1000)
            process.send_signal(signal)
            assert process.wait(20) in (-signal, 128 + signal)
        assert termios.tcgetattr(side) == before
    finally:
        os.close(main)
        os.close(side)


def test_terminal_without_a_terminal_here_writes_one_stream(pod: CommandLine) -> None:
    """`run -t` in a pipe works as `docker run -t`: lines end in CR LF."""
    result = pod("run", "--rm", "-t", *NO_NETWORK, "busybox", "sh", "-c", "echo out; echo err >&2").ok()
    assert result.raw == b"out\r\nerr\r\n"


def test_interactive_without_tty_on_a_terminal_leaves_line_editing_to_it(pod: CommandLine) -> None:
    with terminal(pod, "run", "--rm", "-i", *NO_NETWORK, "busybox", "sh") as screen:
        screen.type("tty; echo h'ere'\n")
        screen.expect("not a tty\r\n")
        screen.expect("here\r\n")
        screen.type(b"\x04")
        assert screen.wait() == 1 or screen.code == 0


def test_ctrl_c_reaches_a_container_without_a_terminal(pod: CommandLine) -> None:
    script = "trap 'echo caught; exit 4' INT; echo ready; while :; do sleep 0.05; done"
    with terminal(pod, "run", "--rm", *NO_NETWORK, "busybox", "sh", "-c", script) as screen:
        screen.expect("ready\r\n")
        screen.type(INTERRUPT)
        screen.expect("caught\r\n")
        assert screen.wait() == 4


def test_tty_without_interactive_is_interrupted_by_ctrl_c(pod: CommandLine) -> None:
    script = "trap 'echo caught; exit 4' INT; echo ready; while :; do sleep 0.05; done"
    with terminal(pod, "run", "--rm", "-t", *NO_NETWORK, "busybox", "sh", "-c", script) as screen:
        screen.expect("ready\r")
        screen.type(INTERRUPT)
        screen.expect("caught\r")
        assert screen.wait() == 4


# --- detaching and attaching -------------------------------------------------------------------------------------


def test_detached_by_keys_the_container_goes_on_and_can_be_attached_to(pod: CommandLine) -> None:
    words = ["run", "-it", "--name", "away", *NO_NETWORK, "busybox", "sh"]
    with terminal(pod, *words) as screen:
        screen.expect("/ # ")
        screen.type("here=yes\n")
        screen.expect("/ # ")
        screen.type(DETACH)
        assert screen.wait() == 0
    assert pod("ps", "--filter", "name=away", "--format", "{{.Names}}").ok().lines == ["away"]
    with terminal(pod, "attach", "away", rows=33, columns=99) as screen:
        screen.type("echo still $here; stty size\n")
        screen.expect("still yes\r\n")
        screen.expect("33 99\r\n")
        screen.type("exit 6\n")
        assert screen.wait() == 6
    assert pod("wait", "away").ok().stdout == "6\n"


@pytest.mark.parametrize("verb", ["run", "attach", "start", "exec"])
def test_detach_keys_can_be_chosen(pod: CommandLine, verb: str) -> None:
    with background(pod, "-it", "busybox", "sh") as container:
        words = {
            "run": ["run", "-it", *NO_NETWORK, "--detach-keys", "ctrl-a,d", "busybox", "sh"],
            "attach": ["attach", "--detach-keys", "ctrl-a,d", container],
            "start": ["start", "-ai", "--detach-keys", "ctrl-a,d", container],
            "exec": ["exec", "-it", "--detach-keys", "ctrl-a,d", container, "sh"],
        }[verb]
        with terminal(pod, *words) as screen:
            screen.type("echo he'r'e\n")
            screen.expect("here\r\n")
            screen.type(DETACH)  # now plain keys
            screen.type("\x15echo a'ga'in\n")
            screen.expect("again\r\n")
            screen.type(b"\x01d")
            assert screen.wait() == 0
        assert container[:12] in pod("ps", "-q").ok().stdout


def test_detach_keys_that_are_none_are_refused(pod: CommandLine) -> None:
    result = pod("run", "--rm", "-t", *NO_NETWORK, "--detach-keys", "ctrl-", "busybox", "true")
    assert result.code == 125 and "'ctrl-'" in result.stderr.replace('"', "'")


def test_two_may_attach_and_both_see_everything(pod: CommandLine) -> None:
    with (
        background(pod, "-it", "busybox", "sh") as container,
        terminal(pod, "attach", container) as one,
        terminal(pod, "attach", container) as two,
    ):
        two.type("\n")
        one.expect("/ # ")
        two.expect("/ # ")
        one.type("echo from o'n'e\n")
        two.expect("from one\r\n")
        two.type("exit 0\n")
        assert (one.wait(), two.wait()) == (0, 0)


def test_attach_without_a_terminal_passes_input_output_and_the_exit_code(pod: CommandLine) -> None:
    with background(pod, "-i", "busybox", "sh") as container:
        result = pod("attach", container, input="echo out; echo err >&2; exit 5")
        assert (result.code, result.stdout, result.stderr) == (5, "out\n", "err\n")


def test_attach_with_no_stdin_only_watches(pod: CommandLine) -> None:
    script = "(while :; do echo tick; sleep 0.05; done) & read line; kill $!; echo got $line; exit 2"
    with background(pod, "-i", "busybox", "sh", "-c", script) as container:
        argv = pod.argv("attach", "--no-stdin", container)
        with subprocess.Popen(argv, env=dict(pod.env), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as watcher:
            assert watcher.stdin is not None and watcher.stdout is not None
            assert watcher.stdout.readline() == b"tick\n"  # it is attached now
            watcher.stdin.write(b"not this\n")
            watcher.stdin.close()
            pod("attach", container, input="this\n")
            assert watcher.stdout.read().endswith(b"got this\n")
            assert watcher.wait(20) == 2


def test_attach_to_what_does_not_run_is_an_error_with_the_name(pod: CommandLine) -> None:
    with background(pod, "--name", "ended", "busybox", "true") as container:
        pod("wait", container).ok()
        result = pod("attach", "ended")
    assert result.code != 0
    assert result.stderr.splitlines()[0] == "Error: container ended is not running"


def test_end_of_input_with_stdin_once_reaches_the_program(pod: CommandLine) -> None:
    argv = pod.argv("run", "--rm", "-i", *NO_NETWORK, "busybox", "sh", "-c", "cat; echo at the end")
    assert (
        subprocess.run(argv, env=dict(pod.env), input=b"text\n", stdout=subprocess.PIPE).stdout == b"text\nat the end\n"
    )


def test_hung_up_terminal_leaves_the_container_running(pod: CommandLine) -> None:
    screen = terminal(pod, "run", "-it", "--name", "hungup", *NO_NETWORK, "busybox", "sh")
    with screen:
        screen.expect("/ # ")
    assert pod("exec", "hungup", "echo", "alive").ok().stdout == "alive\n"


def test_a_command_whose_terminal_hangs_up_ends_of_that_and_of_nothing_else(pod: CommandLine) -> None:
    argv = pod.argv("run", "-it", "--name", "hungup2", *NO_NETWORK, "busybox", "sh", "-c", "echo up; sleep 1000")
    pid, main = pty.fork()
    if pid == 0:
        os.execve(argv[0], argv, dict(pod.env))
    while b"up" not in os.read(main, 100):
        pass
    os.close(main)
    _pid, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGHUP
    pod("rm", "-f", "-t", "0", "hungup2").ok()


def test_tty_of_a_stopped_reader_blocks_nobody_else(pod: CommandLine) -> None:
    """What is written to the terminal while nobody is attached is taken, and logged."""
    with background(pod, "-t", "busybox", "sh", "-c", "seq 50000; echo e'n'd") as container:
        assert pod("wait", container).ok().stdout == "0\n"
        assert pod("logs", container).ok().raw.count(b"\r\n") == 50001


def test_flag_of_the_users_descriptor_stays_blocking(pod: CommandLine) -> None:
    """O_NONBLOCK on a shared terminal would break the shell that comes after."""
    main, side = pty.openpty()
    try:
        argv = pod.argv("run", "--rm", "-it", *NO_NETWORK, "busybox", "true")
        subprocess.run(argv, env=dict(pod.env), stdin=side, stdout=side, stderr=side, check=True)
        assert not fcntl.fcntl(side, fcntl.F_GETFL) & os.O_NONBLOCK
    finally:
        os.close(main)
        os.close(side)
