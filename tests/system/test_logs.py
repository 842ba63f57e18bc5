"""`logs`: everything that a container has written, and goes on writing."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import background, eventually


def finished(pod: CommandLine, script: str, *options: str) -> str:
    """Run a script to its end and return the container, which the module's end removes."""
    with_id = pod("run", "-d", "--network", "none", *options, "busybox", "sh", "-c", script).ok().stdout.strip()
    pod("wait", with_id).ok()
    return with_id


@pytest.fixture(scope="module")
def counted(pod: CommandLine) -> Iterator[str]:
    """A container that has written the lines 1 to 1000."""
    yield finished(pod, "seq 1000")


def test_streams_come_out_where_they_went_in(pod: CommandLine) -> None:
    result = pod("logs", finished(pod, "echo out; echo err >&2; echo out again")).ok()
    assert (result.stdout, result.stderr) == ("out\nout again\n", "err\n")


@pytest.mark.parametrize(("tail", "first"), [("0", None), ("1", 1000), ("10", 991), ("5000", 1), ("all", 1)])
def test_tail_gives_the_last_lines(pod: CommandLine, counted: str, tail: str, first: int | None) -> None:
    expected = [] if first is None else [str(n) for n in range(first, 1001)]
    assert pod("logs", "--tail", tail, counted).ok().lines == expected


def test_tail_counts_an_unfinished_line(pod: CommandLine) -> None:
    assert pod("logs", "--tail", "1", finished(pod, "echo one; printf two")).ok().stdout == "two"


def test_unfinished_lines_are_joined_again(pod: CommandLine) -> None:
    container = finished(pod, "printf a; usleep 50000; printf b; usleep 50000; echo c; printf d")
    assert pod("logs", container).ok().stdout == "abc\nd"


def test_any_bytes_come_out_unchanged(pod: CommandLine, tmp_path: Path) -> None:
    data = os.urandom(300_000) + b"\n\n\n P F \x00 stdout F \n"
    (tmp_path / "data").write_bytes(data)
    container = (
        pod("run", "-d", "--network", "none", "-v", f"{tmp_path}:/d", "busybox", "cat", "/d/data").ok().stdout.strip()
    )
    pod("wait", container).ok()
    assert pod("logs", container).ok().raw == data


def test_timestamps_begin_each_line(pod: CommandLine) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    lines = pod("logs", "-t", finished(pod, "echo one; printf t; usleep 50000; echo wo")).ok().lines
    assert [line.split(" ", 1)[1] for line in lines] == ["one", "two"]
    for line in lines:
        time_text = line.split(" ", 1)[0]
        assert len(time_text) == len("2026-01-01T00:00:00.000000000Z")
        assert before < datetime.fromisoformat(time_text[:26] + "+00:00") < datetime.now(UTC) + timedelta(seconds=1)


def test_since_and_until_bound_the_time(pod: CommandLine) -> None:
    container = finished(pod, "echo early; sleep 0.6; echo late")
    times = [line.split()[0] for line in pod("logs", "-t", container).ok().lines]
    assert pod("logs", "--since", times[1], container).ok().stdout == "late\n"
    assert pod("logs", "--until", times[0], container).ok().stdout == "early\n"
    assert pod("logs", "--since", "10m", container).ok().stdout == "early\nlate\n"
    assert pod("logs", "--until", "10m", container).ok().stdout == ""
    assert pod("logs", "--since", str(int(time.time()) + 100), container).ok().stdout == ""


def test_time_that_is_none_is_refused(pod: CommandLine, counted: str) -> None:
    result = pod("logs", "--since", "yesterdayish", counted)
    assert result.code == 125 and "yesterdayish" in result.stderr


def test_follow_misses_nothing_and_ends_with_the_container(pod: CommandLine) -> None:
    with background(pod, "busybox", "sh", "-c", "for n in 1 2 3 4 5; do seq 2000; usleep 20000; done") as container:
        shown = pod("logs", "-f", container, timeout=20).ok().lines
    assert shown == [str(n) for n in range(1, 2001)] * 5


def test_follow_of_a_finished_container_ends_at_once(pod: CommandLine, counted: str) -> None:
    assert len(pod("logs", "-f", counted, timeout=10).ok().lines) == 1000


def test_follow_shows_lines_when_they_are_written(pod: CommandLine) -> None:
    with background(pod, "-i", "busybox", "sh", "-c", "echo first; read line; echo $line") as container:
        argv = pod.argv("logs", "-f", container)
        with subprocess.Popen(argv, env=dict(pod.env), stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "first\n"
            pod("attach", container, input="second\n")
            assert process.stdout.readline() == "second\n"
            assert process.wait(20) == 0


def test_follow_with_tail_and_since_begins_there(pod: CommandLine) -> None:
    with background(pod, "busybox", "sh", "-c", "seq 100; touch /written; sleep 0.5; echo more") as container:
        eventually(lambda: len(pod("logs", container).lines) >= 100, "the lines")
        assert pod("logs", "-f", "--tail", "2", container).ok().lines == ["99", "100", "more"]


def test_follow_until_a_time_ends_then(pod: CommandLine) -> None:
    with background(pod, "busybox", "sh", "-c", "echo early; while :; do sleep 0.2; echo late; done") as container:
        eventually(lambda: "late" in pod("logs", container).stdout, "both lines")
        until = pod("logs", "-t", "--tail", "1", container).ok().stdout.split()[0]
        assert "early" in pod("logs", "-f", "--until", until, container, timeout=10).ok().stdout


def test_several_containers_are_told_apart_by_id_name_or_colour(pod: CommandLine, podman: CommandLine) -> None:
    shown = []
    for program in (pod, podman):
        for name in ("one", "two"):
            program("run", "--name", name, "--network", "none", "busybox", "sh", "-c", f"echo {name}; printf '{name}'")
        ids = program("inspect", "-f", "{{.Id}}", "one", "two").ok().lines
        by_id = program("logs", "one", "two").ok().stdout
        for container in ids:
            by_id = by_id.replace(container[:12], "ID")
        shown.append([by_id, *(program("logs", *how, "one", "two").ok().stdout for how in (["--names"], ["--color"]))])
        program("rm", "one", "two").ok()
    ours, theirs = shown
    assert ours[0] == "ID one\nID oneID two\nID two"
    assert ours[1] == ours[0].replace("ID one", "one one").replace("ID two", "two two")
    assert sorted(ours[1].replace("two", "one").split()) == sorted(theirs[1].replace("two", "one").split())
    assert ours[2].startswith("\x1b[37m") and "\x1b[31m" in ours[2] and ours[2].count("\x1b[0m") == 4
    assert theirs[2].count("\x1b[0m") == 4


def test_reader_that_goes_away_ends_follow_quietly(pod: CommandLine) -> None:
    with background(pod, "busybox", "sh", "-c", "while :; do seq 1000; usleep 10000; done") as container:
        argv = pod.argv("logs", "-f", container)
        with subprocess.Popen(argv, env=dict(pod.env), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None and process.stderr is not None
            process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b""


def test_logs_of_every_start_are_kept(pod: CommandLine) -> None:
    container = finished(pod, "echo again")
    pod("start", "-a", container).ok()
    assert pod("logs", container).ok().stdout == "again\nagain\n"


def test_log_driver_none_keeps_nothing_and_says_so(pod: CommandLine) -> None:
    container = finished(pod, "echo unseen", "--log-driver", "none")
    result = pod("logs", container)
    assert result.code == 125 and "--log-driver none" in result.stderr


def test_container_that_never_ran_has_an_empty_log(pod: CommandLine) -> None:
    container = pod("create", "--network", "none", "busybox", "true").ok().stdout.strip()
    assert pod("logs", container).ok().stdout == ""


def test_crash_in_the_middle_of_a_line_loses_that_line_only(pod: CommandLine) -> None:
    container = finished(pod, "echo whole; echo cut")
    path = Path(pod("inspect", "--format", "{{.LogPath}}", container).ok().stdout.strip())
    os.truncate(path, path.stat().st_size - 8)
    shown = pod("logs", container).ok().stdout
    assert shown.startswith("whole\n") and "Traceback" not in shown


def test_hundred_megabytes_are_shown_in_seconds(pod: CommandLine) -> None:
    """Twice as long as a reader in Python that only takes the prefixes off."""
    script = "yes 'a line of some sixty bytes, as the programs of servers write it' | head -n 1600000"
    container = finished(pod, script)
    path = Path(pod("inspect", "--format", "{{.LogPath}}", container).ok().stdout.strip())
    before = time.monotonic()
    raw = pod("logs", container).ok().raw
    ours = time.monotonic() - before
    before = time.monotonic()
    with path.open("rb") as file:
        plain = b"".join([line[line.index(b" F ") + 3 :] for line in file])
    assert raw == plain
    assert ours < 2 * (time.monotonic() - before) + 0.5
