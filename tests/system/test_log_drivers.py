"""`--log-driver` and `--log-opt`: where output goes, in which form, and that `logs` shows it whatever the driver."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, background, eventually


@contextmanager
def ended(pod: CommandLine, script: str, *options: str | Path) -> Iterator[str]:
    """A container that has run a script to its end."""
    with background(pod, *options, "busybox", "sh", "-c", script) as container:
        pod("wait", container).ok()
        yield container


def log_path(pod: CommandLine, container: str) -> Path:
    return Path(pod("inspect", "-f", "{{.LogPath}}", container).ok().stdout.strip())


@pytest.mark.parametrize("driver", ["k8s-file", "json-file"])
def test_logs_shows_the_same_whatever_the_format_of_the_file(pod: CommandLine, driver: str) -> None:
    script = "echo one; usleep 50000; echo two >&2; usleep 50000; printf thr; usleep 50000; echo ee; printf 'ü'"
    with ended(pod, script, "--log-driver", driver) as container:
        shown = pod("logs", container).ok()
        assert (shown.stdout, shown.stderr) == ("one\nthree\nü", "two\n")
        assert pod("logs", "-n", "2", container).ok().stdout == "three\nü"
        times = [line.split()[0] for line in pod("logs", "-t", container).ok().lines]
        assert pod("logs", "--since", times[1], container).ok().stdout == "three\nü"
        assert pod("logs", "--until", times[0], container).ok().stdout == "one\n"


def test_json_file_is_dockers_own_format(pod: CommandLine) -> None:
    with ended(pod, 'echo "a \\"quote\\""; echo err >&2; printf part', "--log-driver", "json-file") as container:
        entries = [json.loads(line) for line in log_path(pod, container).read_text().splitlines()]
        shape = pod("inspect", "-f", "{{.HostConfig.LogConfig.Type}}", container).ok().stdout
    assert sorted((entry["stream"], entry["log"]) for entry in entries) == [
        ("stderr", "err\n"),
        ("stdout", 'a "quote"\n'),
        ("stdout", "part"),
    ]
    assert all(set(entry) == {"log", "stream", "time"} for entry in entries)
    assert shape == "json-file\n"


def test_characters_cut_by_a_read_are_whole_in_a_json_file(pod: CommandLine) -> None:
    script = r"printf '\303'; usleep 100000; printf '\274\n\303'"
    with ended(pod, script, "--log-driver", "json-file") as container:
        assert pod("logs", container).ok().stdout == "ü\n\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("driver", ["k8s-file", "json-file"])
def test_log_is_kept_where_path_says(pod: CommandLine, driver: str, tmp_path: Path) -> None:
    with ended(pod, "echo there", "--log-driver", driver, "--log-opt", f"path={tmp_path}/our.log") as container:
        assert log_path(pod, container) == tmp_path / "our.log"
        assert "there" in (tmp_path / "our.log").read_text()
        assert pod("logs", container).ok().stdout == "there\n"


def test_path_in_no_folder_is_refused(pod: CommandLine) -> None:
    result = pod("run", "--rm", "--log-opt", "path=/no/such/log", *NO_NETWORK, "busybox", "true")
    assert (result.code, result.stderr.splitlines()[0]) == (
        125,
        "Error: cannot keep the log in /no/such: there is no such folder",
    )


@pytest.mark.parametrize("driver", ["k8s-file", "json-file"])
def test_rotated_log_keeps_as_many_files_as_asked_and_splits_no_line(pod: CommandLine, driver: str) -> None:
    options = ["--log-driver", driver, "--log-opt", "max-size=20k", "--log-opt", "max-file=3"]
    script = "for n in $(seq 30); do seq $((n * 100)) $((n * 100 + 99)); usleep 2000; done"
    with ended(pod, script, *options) as container:
        path = log_path(pod, container)
        assert sorted(file.name for file in path.parent.glob("log*")) == ["log", "log.1", "log.2"]
        assert all(file.stat().st_size < 40_000 for file in path.parent.glob("log*"))
        lines = pod("logs", container).ok().lines
        assert lines == [str(n) for n in range(int(lines[0]), 3100)]
        assert pod("logs", "-n", "700", container).ok().lines == lines[-700:]
        stamped = [line.split() for line in pod("logs", "-t", container).ok().lines]
        since = stamped[len(stamped) // 2][0]
        expected = [text for time, text in stamped if time >= since]
        assert pod("logs", "--since", since, container).ok().lines == expected


def test_follow_loses_nothing_when_the_log_is_rotated(pod: CommandLine) -> None:
    options = ["--log-opt", "max-size=10k", "--log-opt", "max-file=5"]
    script = "for n in $(seq 40); do seq $((n * 100)) $((n * 100 + 99)); usleep 20000; done"
    with background(pod, *options, "busybox", "sh", "-c", script) as container:
        shown = pod("logs", "-f", container, timeout=30).ok().lines
    assert shown == [str(n) for n in range(int(shown[0]), 4100)]
    assert int(shown[0]) <= 1000  # it was following before much had been thrown away


def test_docker_and_podman_words_for_sizes_are_understood(pod: CommandLine) -> None:
    with ended(pod, "true", "--log-opt", "max-size=10mb") as container:
        shown = pod("inspect", "-f", "{{json .HostConfig.LogConfig.Config}}", container).ok().stdout
    assert json.loads(shown) == {"max-size": "10485760"}


def test_details_are_the_labels_and_variables_that_the_log_names(pod: CommandLine) -> None:
    options = ["--label", "app=shop", "-e", "STAGE=test", "--log-opt", "labels=app", "--log-opt", "env=STAGE"]
    with ended(pod, "echo x", *options) as container:
        assert pod("logs", "--details", container).ok().stdout == "app=shop,STAGE=test x\n"


def test_a_tag_that_has_no_such_field_lists_those_there_are(pod: CommandLine) -> None:
    result = pod("create", "--log-opt", "tag={{.Nonsense}}", "busybox", "true")
    assert result.code == 125 and "{{.Nonsense}}" in result.stderr and "{{.ImageName}}" in result.stderr


@pytest.mark.skipif(os.path.exists("/run/systemd/journal/socket"), reason="a journal runs on this machine")
def test_journald_without_a_journal_is_refused_with_the_reason(pod: CommandLine) -> None:
    result = pod("run", "--rm", "--log-driver", "journald", *NO_NETWORK, "busybox", "true")
    assert result.code == 125
    assert result.stderr.startswith("Error: cannot log to the journal: there is no /run/systemd/journal/socket")
    assert "--log-driver k8s-file" in result.stderr


def test_follower_of_a_json_file_sees_lines_as_they_come(pod: CommandLine) -> None:
    script = "echo first; read line; echo $line"
    with background(pod, "-i", "--log-driver", "json-file", "busybox", "sh", "-c", script) as container:
        argv = pod.argv("logs", "-f", container)
        with subprocess.Popen(argv, env=dict(pod.env), stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "first\n"
            pod("attach", container, input="second\n")
            assert process.stdout.readline() == "second\n"
            assert process.wait(20) == 0


def test_a_log_that_lives_on_after_the_first_second_keeps_its_format(pod: CommandLine) -> None:
    """The monitor is another interpreter by then."""
    options = ["--log-driver", "json-file", "--log-opt", "max-size=1m"]
    with background(pod, *options, "busybox", "sh", "-c", "echo early; sleep 1.5; echo late") as container:
        eventually(lambda: pod("logs", container).lines == ["early", "late"], "both lines")
        assert all(json.loads(line)["log"] for line in log_path(pod, container).read_text().splitlines())
