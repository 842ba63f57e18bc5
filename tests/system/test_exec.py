"""`exec`: another program in a running container."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import background, eventually, sleeping


@pytest.fixture(scope="module")
def box(pod: CommandLine) -> Iterator[str]:
    """A container with an environment, a folder and a host name of its own, which every test here may share."""
    options = ["--name", "box", "-e", "FROM=run", "-e", "BOTH=run", "-w", "/srv", "--hostname", "boxed", "--init"]
    with sleeping(pod, *options) as container:
        yield container


@pytest.mark.parametrize("code", [0, 1, 42, 255])
def test_exit_code_is_the_programs(pod: CommandLine, box: str, code: int) -> None:
    assert pod("exec", box, "sh", "-c", f"exit {code}").code == code


def test_killed_program_gives_128_and_the_signal(pod: CommandLine, box: str) -> None:
    assert pod("exec", box, "sh", "-c", "kill -9 $$").code == 137


def test_missing_command_gives_127_and_what_is_no_program_126(pod: CommandLine, box: str) -> None:
    missing, folder = pod("exec", box, "no-such-program"), pod("exec", box, "/etc")
    assert (missing.code, folder.code) == (127, 126)
    assert missing.stderr.startswith("Error: command not found in the container: 'no-such-program'")
    assert folder.stderr.startswith("Error: cannot execute '/etc' in the container: Permission denied")


def test_streams_are_apart_and_stdin_is_closed_unless_interactive(pod: CommandLine, box: str) -> None:
    result = pod("exec", box, "sh", "-c", "cat; echo out; echo err >&2", input="unread").ok()
    assert (result.stdout, result.stderr) == ("out\n", "err\n")
    assert pod("exec", "-i", box, "cat", input="read").ok().stdout == "read"


@pytest.mark.parametrize("kind", ["pipe", "file"])
def test_megabytes_of_any_bytes_pass_through_unchanged(pod: CommandLine, box: str, kind: str, tmp_path: Path) -> None:
    data = os.urandom(1 << 20) * 50
    if kind == "pipe":
        assert pod("exec", "-i", box, "cat", input=data).ok().raw == data
        return
    (tmp_path / "in").write_bytes(data)
    with (tmp_path / "in").open("rb") as source, (tmp_path / "out").open("wb") as sink:
        subprocess.run(pod.argv("exec", "-i", box, "cat"), env=dict(pod.env), stdin=source, stdout=sink, check=True)
    assert (tmp_path / "out").read_bytes() == data


def test_environment_is_the_containers_and_what_is_added(pod: CommandLine, box: str) -> None:
    options = ["-e", "BOTH=exec", "-e", "NEW", "-e", "GONE"]
    shown = dict(line.split("=", 1) for line in pod("exec", *options, box, "env", env={"NEW": "host"}).ok().lines)
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    own = {"PATH": path, "HOME": "/root", "HOSTNAME": "boxed", "container": "pod", "FROM": "run"}
    assert shown == {**own, "BOTH": "exec", "NEW": "host"}


def test_folder_is_the_containers_or_the_given_one(pod: CommandLine, box: str) -> None:
    assert pod("exec", box, "pwd").ok().stdout == "/srv\n"
    assert pod("exec", "-w", "/etc", box, "pwd").ok().stdout == "/etc\n"
    missing = pod("exec", "-w", "/nowhere", box, "pwd")
    assert missing.code != 0
    assert missing.stderr == "Error: cannot change to the working directory /nowhere: No such file or directory\n"


def test_user_is_the_containers_or_the_given_one(pod: CommandLine, box: str) -> None:
    assert pod("exec", box, "id", "-u").ok().stdout == "0\n"
    assert pod("exec", "-u", "www-data", box, "id").ok().stdout.startswith("uid=33(www-data) gid=33(www-data)")
    assert pod("exec", "-u", "1000:4", box, "id", "-g").ok().stdout == "4\n"
    assert pod("exec", "-u", "www-data", box, "sh", "-c", "echo $HOME").ok().stdout == "/var/www\n"
    unknown = pod("exec", "-u", "joe", box, "id")
    assert unknown.code != 0 and 'no user "joe" in the image' in unknown.stderr
    with sleeping(pod, "-u", "33") as container:
        assert pod("exec", container, "id", "-u").ok().stdout == "33\n"
        assert pod("exec", "-u", "0", container, "id", "-u").ok().stdout == "0\n"


def test_program_shares_every_namespace(pod: CommandLine, box: str) -> None:
    names = "cgroup ipc mnt net pid user uts"
    script = f"for n in {names}; do readlink /proc/2/ns/$n; readlink /proc/self/ns/$n; done | sort | uniq -c"
    shown = pod("exec", box, "sh", "-c", script).ok().lines
    assert [line.split()[0] for line in shown] == ["2"] * 7


def test_credentials_are_those_of_the_containers_program(pod: CommandLine) -> None:
    options = ["--cap-drop", "chown", "--cap-add", "net_admin", "--security-opt", "no-new-privileges"]
    script = "cd /proc; for p in 1 self; do grep -E '^(Cap|Seccomp|NoNewPrivs)' $p/status; done"
    with sleeping(pod, *options) as container:
        shown = pod("exec", container, "sh", "-c", script).ok().lines
        assert shown[: len(shown) // 2] == shown[len(shown) // 2 :]
        privileged = pod("exec", "--privileged", container, "grep", "CapEff", "/proc/self/status").ok().stdout
        assert privileged == "CapEff:\t000001ffffffffff\n"


def test_detached_program_goes_on_alone(pod: CommandLine, box: str) -> None:
    pod("exec", "-d", box, "sh", "-c", "sleep 0.2; echo done >/detached", timeout=10).ok()
    eventually(lambda: pod("exec", box, "cat", "/detached").stdout == "done\n", "the detached program's file")


def test_detached_program_on_a_terminal_goes_on_alone(pod: CommandLine, box: str) -> None:
    pod("exec", "-dt", box, "sh", "-c", "sleep 0.2; echo to the terminal; tty >/terminal", timeout=10).ok()
    eventually(lambda: pod("exec", box, "cat", "/terminal").stdout.startswith("/dev/pts/"), "the program's file")


def test_background_child_does_not_keep_the_command_waiting(pod: CommandLine, box: str, tmp_path: Path) -> None:
    """It holds the program's streams, which are no pipes of the caller's here; the program itself has ended."""
    with (tmp_path / "out").open("wb") as out:
        argv = pod.argv("exec", box, "sh", "-c", "sleep 1000 & echo said")
        subprocess.run(
            argv, env=dict(pod.env), stdin=subprocess.DEVNULL, stdout=out, stderr=out, timeout=10, check=True
        )
    assert (tmp_path / "out").read_text() == "said\n"


@pytest.mark.parametrize("signal", [2, 15])
def test_signals_of_the_command_reach_the_program(pod: CommandLine, box: str, signal: int) -> None:
    script = f"trap 'echo got {signal}; exit 9' {signal}; echo ready; while :; do sleep 0.05; done"
    argv = pod.argv("exec", box, "sh", "-c", script)
    with subprocess.Popen(argv, env=dict(pod.env), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal)
        assert process.stdout.read() == f"got {signal}\n"
        assert process.wait(20) == 9


def test_end_of_the_container_ends_the_program(pod: CommandLine) -> None:
    with sleeping(pod) as container:
        process = subprocess.Popen(pod.argv("exec", container, "sleep", "1000"), env=dict(pod.env))
        eventually(lambda: "1000\n" in pod("exec", container, "ps", "-o", "args").stdout[20:], "the second sleep")
        pod("kill", container).ok()
        assert process.wait(20) == 137


def test_many_at_once(pod: CommandLine, box: str) -> None:
    running = [
        subprocess.Popen(pod.argv("exec", box, "echo", str(n)), env=dict(pod.env), stdout=subprocess.PIPE, text=True)
        for n in range(20)
    ]
    assert [process.communicate()[0] for process in running] == [f"{n}\n" for n in range(20)]


def test_container_that_does_not_run_is_named(pod: CommandLine) -> None:
    with background(pod, "--name", "over", "busybox", "true") as container:
        pod("wait", container).ok()
        result = pod("exec", "over", "true")
    assert result.code == 125
    assert result.stderr == "Error: container over is not running\n  start it: pod start over\n"


def test_unknown_container_and_missing_command(pod: CommandLine, box: str) -> None:
    assert pod("exec", "nobody-knows", "true").stderr.startswith('Error: no such container: "nobody-knows"\n')
    assert pod("exec", "nobody-knows", "true").code == 125
    assert pod("exec", box).code == 125
