"""`run`: exit codes, streams, and what the options put into a container."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, background, run, shell

# --- exit codes: https://docs.docker.com/reference/cli/docker/container/run/#exit-status -------------------------


@pytest.mark.parametrize("code", [0, 1, 42, 255])
def test_exit_code_is_the_programs(pod: CommandLine, code: int) -> None:
    assert shell(pod, f"exit {code}").code == code


def test_program_killed_by_a_signal_gives_128_and_the_signal(pod: CommandLine) -> None:
    assert shell(pod, "kill -TERM $$", "--init").code == 128 + 15
    assert shell(pod, "sh -c 'kill -9 $$'; exit $?").code == 128 + 9


def test_container_killed_from_outside_gives_137(pod: CommandLine) -> None:
    process = pod.start("run", "--rm", *NO_NETWORK, "--name", "victim", "busybox", "sleep", "1000")
    while pod("kill", "victim").code != 0:
        assert process.poll() is None
    assert process.wait(20) == 137


def test_missing_command_gives_127_and_its_name(pod: CommandLine) -> None:
    result = run(pod, "busybox", "no-such-program")
    assert result.code == 127
    assert result.stderr.startswith("Error: command not found in the container: 'no-such-program'")
    assert run(pod, "busybox", "/no/such/program").code == 127


@pytest.mark.parametrize("path", ["/etc", "/etc/passwd"])
def test_what_is_no_program_gives_126_and_its_name(pod: CommandLine, path: str) -> None:
    result = run(pod, "busybox", path)
    assert (result.code, result.stderr.splitlines()[0]) == (
        126,
        f"Error: cannot execute '{path}' in the container: Permission denied",
    )


def test_script_without_its_interpreter_gives_126_and_says_so(pod: CommandLine, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(0o755)
    result = run(pod, "-v", f"{script}:/script", "busybox", "/script")
    assert result.code == 126
    assert "its interpreter does not exist in the container" in result.stderr


def test_failure_of_pod_itself_gives_125(pod: CommandLine) -> None:
    assert run(pod, "no/such/image", "true").code == 125
    assert run(pod, "--no-such-option", "busybox", "true").code == 125


# --- streams -----------------------------------------------------------------------------------------------------


def test_stdin_is_at_its_end_without_interactive(pod: CommandLine) -> None:
    assert run(pod, "busybox", "cat", input="not for you").ok().stdout == ""


def test_interactive_passes_stdin_on_and_its_end(pod: CommandLine) -> None:
    assert run(pod, "-i", "busybox", "cat", input="some text").ok().stdout == "some text"


def test_stdout_and_stderr_stay_apart(pod: CommandLine) -> None:
    result = shell(pod, "echo out; echo err >&2").ok()
    assert (result.stdout, result.stderr) == ("out\n", "err\n")


def test_lines_written_one_after_the_other_arrive_in_order(pod: CommandLine) -> None:
    script = "for n in 1 2 3 4; do echo out $n; usleep 20000; echo err $n >&2; usleep 20000; done"
    argv = pod.argv("run", "--rm", *NO_NETWORK, "busybox", "sh", "-c", script)
    done = subprocess.run(argv, env=dict(pod.env), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.stdout.splitlines() == [f"{stream} {n}" for n in range(1, 5) for stream in ("out", "err")]


def test_megabytes_of_any_bytes_pass_through_unchanged(pod: CommandLine) -> None:
    data = os.urandom(1 << 20) * 50
    assert run(pod, "-i", "busybox", "cat", input=data).ok().raw == data


def test_output_of_a_program_that_ends_at_once_is_whole(pod: CommandLine) -> None:
    assert shell(pod, "seq 200000").ok().lines == [str(n) for n in range(1, 200001)]


def test_reader_that_goes_away_ends_the_command_and_the_program(pod: CommandLine) -> None:
    """As without a container: else an endless program goes on and fills the disk with its log."""
    argv = pod.argv("run", "--name", "chatty", *NO_NETWORK, "busybox", "sh", "-c", "yes | head -n 100000; sleep 1000")
    process = subprocess.Popen(argv, env=dict(pod.env), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    assert process.stdout.readline() == b"y\n"
    process.stdout.close()
    assert process.wait(20) in (-13, 141)
    assert process.stderr.read() == b""
    process.stderr.close()
    assert pod("wait", "chatty").ok().stdout in ("137\n", "141\n")  # the first process of a container ignores SIGPIPE


def test_program_that_does_not_read_its_input_still_ends(pod: CommandLine) -> None:
    assert run(pod, "-i", "busybox", "true", input=b"x" * (4 << 20)).code == 0


def test_closed_streams_of_the_caller_do_no_harm(pod: CommandLine) -> None:
    words = " ".join(pod.argv("run", "--rm", *NO_NETWORK, "busybox", "true"))
    for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        assert subprocess.run(["sh", "-c", f"{words} {closed}"], env=dict(pod.env)).returncode == 0, closed


@pytest.mark.parametrize(("attached", "expected"), [("stdout", ("out\n", "")), ("stderr", ("", "err\n"))])
def test_attach_chooses_streams(pod: CommandLine, attached: str, expected: tuple[str, str]) -> None:
    result = shell(pod, "echo out; echo err >&2", "-a", attached).ok()
    assert (result.stdout, result.stderr) == expected


# --- in the background -------------------------------------------------------------------------------------------


def test_detach_prints_the_id_and_leaves_the_program_running(pod: CommandLine) -> None:
    with background(pod, "--name", "behind", "busybox", "sleep", "1000") as container:
        assert len(container) == 64
        assert pod("ps", "-q", "--no-trunc", "--filter", "name=behind").ok().lines == [container]


def test_detach_does_not_keep_the_callers_pipe_open(pod: CommandLine) -> None:
    """`id=$(pod run -d …)` in a shell would otherwise wait for the container."""
    result = pod("run", "-d", "--rm", *NO_NETWORK, "--name", "quiet", "busybox", "sleep", "1000", timeout=10).ok()
    assert pod("rm", "-f", "quiet").ok() and result.stdout


def test_removed_at_its_end_when_asked(pod: CommandLine) -> None:
    pod("run", "--rm", "--name", "gone", *NO_NETWORK, "busybox", "touch", "/x").ok()
    assert "gone" not in pod("ps", "-a", "--format", "{{.Names}}").ok().lines
    assert pod("container", "exists", "gone").code == 1


def test_kept_at_its_end_unless_asked(pod: CommandLine) -> None:
    pod("run", "--name", "kept", *NO_NETWORK, "busybox", "true").ok()
    assert pod("ps", "-a", "--filter", "name=kept", "--format", "{{.Names}}").ok().lines == ["kept"]


def test_name_that_is_taken_gives_125_and_the_owner(pod: CommandLine) -> None:
    with background(pod, "--name", "mine", "busybox", "true") as container:
        result = run(pod, "--name", "mine", "busybox", "true")
        assert result.code == 125
        assert f'the container name "mine" is already in use by container {container[:12]}' in result.stderr
        assert len(pod("ps", "-aq", "--filter", "name=mine").ok().lines) == 1


# --- environment -------------------------------------------------------------------------------------------------


def test_variables_given_by_value_by_name_and_from_a_file(pod: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "variables"
    file.write_text("# a comment\nFILE=from file\nBARE\nBOTH=file\n")
    options = ["--env-file", str(file), "-e", "GIVEN=a=b c", "-e", "HOSTS", "-e", "BOTH=option", "-e", "MISSING"]
    env = {"HOSTS": "from the host", "BARE": "bare", "SECRET": "x"}
    shown = run(pod, *options, "busybox", "env", env=env).ok().lines
    expected = {"FILE=from file", "BARE=bare", "BOTH=option", "GIVEN=a=b c", "HOSTS=from the host"}
    assert expected <= set(shown)
    assert not [line for line in shown if line.startswith(("MISSING", "SECRET"))]


def test_variables_of_every_container(pod: CommandLine) -> None:
    shown = dict(line.split("=", 1) for line in run(pod, "--hostname", "box", "busybox", "env").ok().lines)
    assert shown == {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "HOSTNAME": "box",
        "container": "pod",
    }


def test_term_is_set_with_a_terminal(pod: CommandLine) -> None:
    assert "TERM=xterm\r" in run(pod, "-t", "busybox", "env").ok().stdout.split("\n")


# --- command and entrypoint --------------------------------------------------------------------------------------


def test_image_command_runs_when_none_is_given(pod: CommandLine) -> None:
    assert run(pod, "-i", "busybox", input="echo from the shell").ok().stdout == "from the shell\n"


def test_entrypoint_is_replaced_and_drops_the_image_command(pod: CommandLine) -> None:
    assert run(pod, "--entrypoint", "echo", "busybox").ok().stdout == "\n"
    assert run(pod, "--entrypoint", "echo", "busybox", "a", "b").ok().stdout == "a b\n"
    assert run(pod, "--entrypoint", '["echo","x"]', "busybox", "y").ok().stdout == "x y\n"


def test_words_of_the_command_arrive_unchanged(pod: CommandLine) -> None:
    words = ["", " a  b ", "$HOME", "*", "ä\n", "-x"]
    assert run(pod, "busybox", "printf", "<%s>", *words).ok().stdout == "".join(f"<{word}>" for word in words)


def test_words_that_are_no_utf8_arrive_unchanged(pod: CommandLine) -> None:
    word = os.fsdecode(b"\xff\xfe")
    assert run(pod, "busybox", "printf", "%s", word).ok().raw == b"\xff\xfe"


# --- working directory -------------------------------------------------------------------------------------------


def test_working_directory_is_made_when_missing(pod: CommandLine) -> None:
    assert run(pod, "-w", "/not/there/yet", "busybox", "pwd").ok().stdout == "/not/there/yet\n"


def test_working_directory_that_is_a_file_is_named(pod: CommandLine) -> None:
    result = run(pod, "-w", "/etc/passwd", "busybox", "pwd")
    assert result.code == 125
    assert result.stderr == "Error: the working directory /etc/passwd of the container is not a folder\n"


# --- names, labels, files ----------------------------------------------------------------------------------------


def test_hostname_is_the_short_id_unless_given(pod: CommandLine) -> None:
    with background(pod, "busybox", "hostname") as container:
        pod("wait", container).ok()
        assert pod("logs", container).ok().stdout.strip() == container[:12]
    assert shell(pod, "hostname; cat /etc/hostname", "--hostname", "box.example").ok().lines == ["box.example"] * 2


def test_hosts_file_names_the_container_and_what_was_added(pod: CommandLine) -> None:
    options = ["--hostname", "box", "--add-host", "db:192.0.2.7", "--add-host", "six:2001:db8::1"]
    lines = [line.split() for line in run(pod, *options, "busybox", "cat", "/etc/hosts").ok().lines]
    assert ["192.0.2.7", "db"] in lines and ["2001:db8::1", "six"] in lines
    assert any(line[0] == "127.0.0.1" and "localhost" in line for line in lines)
    assert any("box" in line[1:] for line in lines)


def test_resolver_is_configured_as_asked(pod: CommandLine) -> None:
    options = ["--dns", "192.0.2.53", "--dns-search", "example.org", "--dns-option", "ndots:3"]
    assert run(pod, *options, "busybox", "cat", "/etc/resolv.conf").ok().lines == [
        "search example.org",
        "nameserver 192.0.2.53",
        "options ndots:3",
    ]


def test_labels_are_those_given_and_those_of_a_file(pod: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "labels").write_text("from=file\n")
    options = ["--label", "a=b=c", "--label", "bare", "--label-file", str(tmp_path / "labels")]
    with background(pod, *options, "busybox", "true") as container:
        shown = json.loads(pod("inspect", "--format", "{{json .Config.Labels}}", container).ok().stdout)
    assert shown == {"a": "b=c", "bare": "", "from": "file"}


def test_cidfile_gets_the_id_is_never_overwritten_and_goes_with_the_container(pod: CommandLine, tmp_path: Path) -> None:
    cidfile = tmp_path / "cid"
    with background(pod, "--cidfile", cidfile, "busybox", "true") as container:
        assert cidfile.read_text() == container
        result = run(pod, "--cidfile", cidfile, "busybox", "true")
        assert (result.code, result.stderr.splitlines()[0]) == (125, f"Error: container id file {cidfile} exists")
        assert cidfile.read_text() == container
    assert not cidfile.exists()


def test_pull_never_fails_for_an_unknown_image_and_works_for_a_known_one(pod: CommandLine) -> None:
    assert run(pod, "--pull", "never", "busybox", "true").code == 0
    result = run(pod, "--pull", "never", "no/such/image", "true")
    assert (result.code, result.stderr.splitlines()[0]) == (125, "Error: no such image: no/such/image")


# --- limits ------------------------------------------------------------------------------------------------------


def test_ulimits_are_set_soft_and_hard(pod: CommandLine) -> None:
    shown = shell(pod, "ulimit -n; ulimit -Hn; ulimit -c", "--ulimit", "nofile=100:200", "--ulimit", "core=0").ok()
    assert shown.lines == ["100", "200", "0"]


def test_ulimit_above_the_sessions_own_is_refused_with_the_bound(pod: CommandLine) -> None:
    result = run(pod, "--ulimit", "nofile=1073741816", "busybox", "true")
    assert result.code == 125
    assert "cannot set limit RLIMIT_NOFILE" in result.stderr and "a limit cannot be raised above" in result.stderr


def test_shm_size_is_that_of_dev_shm(pod: CommandLine) -> None:
    assert "  1024 " in run(pod, "--shm-size", "1m", "busybox", "df", "-k", "/dev/shm").ok().lines[-1] + " "
    assert " 64000 " in run(pod, "busybox", "df", "-k", "/dev/shm").ok().lines[-1]


# --- signals -----------------------------------------------------------------------------------------------------


def test_programs_start_with_no_signal_ignored_or_blocked(pod: CommandLine) -> None:
    """An ignored SIGINT would stay ignored in every program of the container: sh cannot even trap it."""
    nothing = ["SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000"]
    words = pod.argv("run", "--rm", *NO_NETWORK, "busybox", "grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status")
    shown = subprocess.run(["nohup", *words], env=dict(pod.env), capture_output=True, text=True)
    assert shown.stdout.splitlines() == nothing


@pytest.mark.parametrize("signal", [1, 2, 10, 15])
def test_signals_of_the_command_reach_the_program(pod: CommandLine, signal: int) -> None:
    script = f"trap 'echo got {signal}; exit 9' {signal}; echo ready; while :; do sleep 0.05; done"
    argv = pod.argv("run", "--rm", *NO_NETWORK, "busybox", "sh", "-c", script)
    with subprocess.Popen(argv, env=dict(pod.env), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal)
        assert process.stdout.read() == f"got {signal}\n"
        assert process.wait(20) == 9


def test_sig_proxy_off_ends_the_command_alone(pod: CommandLine) -> None:
    argv = pod.argv("run", "--sig-proxy=false", "--name", "unproxied", *NO_NETWORK)
    words = [*argv, "busybox", "sh", "-c", "echo ready; sleep 1000"]
    with subprocess.Popen(words, env=dict(pod.env), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.terminate()
        assert process.wait(20) == -15
    assert pod("ps", "-q", "--filter", "name=unproxied").ok().stdout != ""


# --- init --------------------------------------------------------------------------------------------------------


def test_init_reaps_orphans(pod: CommandLine) -> None:
    script = "for n in 1 2 3; do (sleep 0 &) ; done; sleep 0.3; ps -o stat,args | grep -c '^Z' || true"
    assert shell(pod, script, "--init").ok().stdout == "0\n"


def test_init_is_pid_1_and_passes_signals_on(pod: CommandLine) -> None:
    with background(pod, "--init", "busybox", "sh", "-c", "trap 'exit 5' TERM; while :; do sleep 0.05; done") as name:
        shown = pod("exec", name, "ps", "-o", "pid,args").ok().lines
        assert shown[1].split() == ["1", "/dev/init"]
        pod("kill", "--signal", "TERM", name).ok()
        assert pod("wait", name).ok().stdout == "5\n"


def test_init_shows_nothing_of_its_interpreter(pod: CommandLine) -> None:
    script = "cat /proc/1/comm; for f in exe cwd root fd/0; do readlink /proc/1/$f; done; ls /proc/1/fd"
    result = shell(pod, f"{script}; cat /proc/1/maps /proc/1/environ", "--init")
    assert result.stdout == "init\n"
    assert "python" not in result.stderr


def test_init_of_a_user_that_is_not_root_shows_nothing_either(pod: CommandLine) -> None:
    result = shell(pod, "readlink /proc/1/exe; cat /proc/1/maps; kill -9 1; kill -0 1 && id -u", "--init", "-u", "1000")
    assert result.stdout == "1000\n"
