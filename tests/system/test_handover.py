"""What the command hands on to a container: its streams, open descriptors, sockets, and the service manager's ear."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, background, eventually, sleeping


@pytest.fixture
def manager(scratch: Path) -> Iterator[socket.socket]:
    """A socket as a service manager has it for sd_notify(3)."""
    path = scratch / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(path))
        listening.settimeout(15)
        yield listening
    path.unlink()


def heard(manager: socket.socket) -> list[str]:
    return manager.recv(4096).decode().splitlines()


def run_with(pod: CommandLine, words: list[str], **how: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(pod.argv(*words), env=dict(pod.env), stdin=subprocess.DEVNULL, timeout=30, **how)  # type: ignore[call-overload,no-any-return]


# --- --log-driver passthrough ------------------------------------------------------------------------------------


def test_passthrough_gives_the_program_the_files_of_the_caller(pod: CommandLine, tmp_path: Path) -> None:
    words = [
        "run",
        "--rm",
        "--log-driver",
        "passthrough",
        *NO_NETWORK,
        "busybox",
        "sh",
        "-c",
        "echo out; ls -l /proc/self/fd/1; exit 3",
    ]
    with (tmp_path / "out").open("wb") as out:
        before = os.fstat(out.fileno())
        assert run_with(pod, words, stdout=out, stderr=subprocess.STDOUT).returncode == 3
    after = (tmp_path / "out").stat()
    assert (tmp_path / "out").read_text().startswith("out\n")
    assert (after.st_uid, after.st_mode) == (before.st_uid, before.st_mode)


def test_passthrough_in_the_background_and_stdin(pod: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "in").write_text("some input")
    with (tmp_path / "in").open("rb") as source, (tmp_path / "out").open("wb") as out:
        argv = pod.argv("run", "-d", "-u", "1", "--log-driver", "passthrough", *NO_NETWORK, "busybox", "cat")
        subprocess.run(argv, env=dict(pod.env), stdin=source, stdout=out, stderr=subprocess.DEVNULL, check=True)
    eventually(lambda: "some input" in (tmp_path / "out").read_text(), "what cat has read")
    container = (tmp_path / "out").read_text().replace("some input", "").strip()
    assert pod("wait", container).ok().stdout == "0\n"
    refused = pod("logs", container)
    assert refused.code == 125 and "--log-driver passthrough" in refused.stderr


def test_passthrough_and_a_terminal_exclude_each_other(pod: CommandLine) -> None:
    result = pod("run", "--rm", "-t", "--log-driver", "passthrough", *NO_NETWORK, "busybox", "true")
    assert result.code == 125 and "--log-driver passthrough and --tty exclude each other" in result.stderr


# --- --preserve-fds, --preserve-fd and LISTEN_FDS -----------------------------------------------------------------


def with_descriptors(pod: CommandLine, script: str, *words: str) -> str:
    """Run a shell script here that opens descriptors and replaces POD by the command line."""
    command = " ".join(f"'{word}'" for word in pod.argv(*words))
    done = subprocess.run(
        ["bash", "-c", script.replace("POD", command)], env=dict(pod.env), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("init", [[], ["--init"]], ids=["plain", "init"])
def test_preserved_descriptors_have_their_numbers(pod: CommandLine, init: list[str]) -> None:
    script = "exec 3<<<three 4<<<four 7<<<seven; POD"
    show = "read a <&3; read b <&4; echo $a $b; ls /proc/$$/fd | tr '\\n' ' '"
    said = with_descriptors(
        pod,
        script,
        "run",
        "--rm",
        *init,
        "--preserve-fds",
        "2",
        *NO_NETWORK,
        "busybox",
        "sh",
        "-c",
        show.replace("'", '"'),
    )
    assert said.split()[:2] == ["three", "four"]
    assert said.split()[2:7] == ["0", "1", "2", "3", "4"] and "7" not in said.split()


def test_a_single_descriptor_is_preserved_under_its_number(pod: CommandLine) -> None:
    words = ["run", "--rm", "--preserve-fd", "7", *NO_NETWORK, "busybox", "sh", "-c", "cat <&7"]
    assert with_descriptors(pod, "exec 3<<<three 7<<<seven; POD", *words) == "seven\n"


def test_exec_preserves_descriptors_too(pod: CommandLine) -> None:
    with sleeping(pod) as container:
        script = "exec 3<<<three 5<<<five; POD"
        assert (
            with_descriptors(pod, script, "exec", "--preserve-fds", "1", container, "sh", "-c", "cat <&3") == "three\n"
        )
        assert with_descriptors(pod, script, "exec", "--preserve-fd", "5", container, "sh", "-c", "cat <&5") == "five\n"


def test_a_descriptor_that_is_not_open_is_refused(pod: CommandLine) -> None:
    for option in ("--preserve-fds=40", "--preserve-fd=43"):
        result = pod("run", "--rm", option, *NO_NETWORK, "busybox", "true")
        assert result.code == 125 and "is not open" in result.stderr


def test_sockets_of_a_service_manager_reach_the_program(pod: CommandLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        words = pod.argv(
            "run", "--rm", *NO_NETWORK, "busybox", "sh", "-c", "env | grep LISTEN | sort; readlink /proc/self/fd/3"
        )
        env = {**pod.env, "LISTEN_FDS": "1", "LISTEN_FDNAMES": "web"}
        script = f'exec 3<&{server.fileno()}; export LISTEN_PID=$$; exec "$@"'
        done = subprocess.run(
            ["bash", "-c", script, "sh", *words], env=env, pass_fds=[server.fileno()], capture_output=True, text=True
        )
    assert done.stdout.splitlines()[:3] == ["LISTEN_FDNAMES=web", "LISTEN_FDS=1", "LISTEN_PID=1"]
    assert done.stdout.splitlines()[3].startswith("socket:")


# --- --sdnotify ---------------------------------------------------------------------------------------------------


def test_conmon_tells_the_monitors_pid_and_readiness(pod: CommandLine, manager: socket.socket) -> None:
    env = {"NOTIFY_SOCKET": manager.getsockname()}
    container = (
        pod("run", "-d", "--sdnotify", "conmon", *NO_NETWORK, "busybox", "sleep", "1000", env=env).ok().stdout.strip()
    )
    monitor = pod("inspect", "-f", "{{.State.ConmonPid}}", container).ok().stdout.strip()
    assert heard(manager) == [f"MAINPID={monitor}", "READY=1"]
    pod("rm", "-f", container).ok()


def test_a_container_may_tell_it_itself(pod: CommandLine, manager: socket.socket) -> None:
    env = {"NOTIFY_SOCKET": manager.getsockname()}
    script = 'echo "$NOTIFY_SOCKET"; test -S "$NOTIFY_SOCKET" && echo there'
    shown = pod("run", "--rm", *NO_NETWORK, "busybox", "sh", "-c", script, env=env).ok().lines
    assert shown == ["/run/notify/notify.sock", "there"]
    assert heard(manager)[0].startswith("MAINPID=")


def test_ignore_keeps_the_service_manager_out(pod: CommandLine, manager: socket.socket) -> None:
    env = {"NOTIFY_SOCKET": manager.getsockname()}
    shown = pod("run", "--rm", "--sdnotify", "ignore", *NO_NETWORK, "busybox", "env", env=env).ok().stdout
    assert "NOTIFY_SOCKET" not in shown
    manager.setblocking(False)
    with pytest.raises(BlockingIOError):
        manager.recv(100)


def test_healthy_waits_for_the_health_check(pod: CommandLine, manager: socket.socket) -> None:
    env = {"NOTIFY_SOCKET": manager.getsockname()}
    check = ["--health-cmd", "test -e /ok", "--health-interval", "200ms"]
    words = [
        "run",
        "-d",
        "--sdnotify",
        "healthy",
        *check,
        *NO_NETWORK,
        "busybox",
        "sh",
        "-c",
        "sleep 1.2; touch /ok; sleep 1000",
    ]
    container = pod(*words, env=env).ok().stdout.strip()
    assert [line.partition("=")[0] for line in heard(manager)] == ["MAINPID"]
    assert heard(manager) == ["READY=1"]
    pod("rm", "-f", container).ok()
    without = pod("run", "--rm", "--sdnotify", "healthy", *NO_NETWORK, "busybox", "true", env=env)
    assert without.code == 125 and "health check" in without.stderr


# --- --pidfile, --timeout, --requires, --rmi -----------------------------------------------------------------------


def test_pid_files_are_there_while_the_container_runs(pod: CommandLine, tmp_path: Path) -> None:
    files = ["--pidfile", f"{tmp_path}/pid", "--conmon-pidfile", f"{tmp_path}/monitor"]
    with sleeping(pod, *files) as container:
        shown = pod("inspect", "-f", "{{.State.Pid}} {{.State.ConmonPid}}", container).ok().stdout.split()
        assert [(tmp_path / name).read_text() for name in ("pid", "monitor")] == shown
    assert list(tmp_path.iterdir()) == []


def test_pid_file_that_cannot_be_written_is_an_error(pod: CommandLine) -> None:
    result = pod("run", "--rm", "--pidfile", "/no/such/file", *NO_NETWORK, "busybox", "true")
    assert result.code == 125 and "cannot write the pid file /no/such/file" in result.stderr


@pytest.mark.parametrize("timeout", [1, 2], ids=["first monitor", "bare monitor"])
def test_timeout_kills_the_container(pod: CommandLine, timeout: int) -> None:
    assert (
        pod("run", "--rm", "--timeout", str(timeout), *NO_NETWORK, "busybox", "sleep", "1000", timeout=20).code == 137
    )


def test_required_containers_are_started_first(pod: CommandLine) -> None:
    base = pod("create", "--name", "base", *NO_NETWORK, "busybox", "sleep", "1000").ok().stdout.strip()
    with background(pod, "--requires", "base", "busybox", "true"):
        assert pod("inspect", "-f", "{{.State.Status}}", base).ok().stdout == "running\n"
        assert pod("rm", "-f", "base").code == 0
    missing = pod("create", "--requires", "nosuch", "busybox", "true")
    assert missing.code == 125 and "nosuch" in missing.stderr


def test_rmi_removes_the_image_unless_others_use_it(pod: CommandLine) -> None:
    pod("tag", "busybox", "short-lived").ok()
    with sleeping(pod):
        pod("run", "--rmi", *NO_NETWORK, "short-lived", "true").ok()
    assert pod("image", "exists", "short-lived").code == 1
    assert pod("image", "exists", "busybox").code == 0
