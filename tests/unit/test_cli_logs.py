"""`logs` prints what is in the log file, each stream where it belongs; the file is what a monitor writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pod.cli.main import main
from pod.engine.monitor.log_file import STDERR, STDOUT, LogFile
from pod.storage.container_records import LogConfig
from tests.support.container_documents import write_container


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A container whose log has three lines, the second on stderr and the last without its end."""
    log = LogConfig("k8s-file", {"labels": "app", "env": "STAGE"})
    record = write_container(
        tmp_path, "web", id="a" * 64, status="exited", log=log, labels={"app": "shop"}, env=("STAGE=test", "OTHER=x")
    )
    file = LogFile(f"{tmp_path}/containers/{record.id}/log")
    file.write(STDOUT, b"one\n")
    file.write(STDERR, b"two\n")
    file.write(STDOUT, b"thr")
    file.write(STDOUT, b"ee\xff")
    file.close()
    return tmp_path


def logs(store: Path, capfdbinary: pytest.CaptureFixture[bytes], *words: str) -> tuple[bytes, bytes]:
    assert main(["pod", "--root", str(store), "--runroot", f"{store}/run", "logs", *words]) == 0
    captured = capfdbinary.readouterr()
    return captured.out, captured.err


def test_each_stream_comes_out_as_it_went_in(store: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert logs(store, capfdbinary, "web") == (b"one\nthree\xff", b"two\n")


@pytest.mark.parametrize(
    ("words", "out", "err"),
    [
        (["--tail", "1"], b"three\xff", b""),
        (["-n2"], b"three\xff", b"two\n"),
        (["-n", "0"], b"", b""),
        (["-n", "all"], b"one\nthree\xff", b"two\n"),
    ],
)
def test_only_the_last_lines(
    words: list[str], out: bytes, err: bytes, store: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert logs(store, capfdbinary, *words, "web") == (out, err)


def test_lines_begin_with_their_time(store: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    out, _ = logs(store, capfdbinary, "-t", "web")
    first, second = out.split(b"\n")
    assert first.endswith(b"Z one") and second.endswith(b"Z three\xff") and second.count(b"Z ") == 1


def test_details_are_what_the_log_options_name(store: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert logs(store, capfdbinary, "--details", "-n1", "web")[0] == b"app=shop,STAGE=test three\xff"


def test_several_logs_are_told_apart(store: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    write_container(store, "silent", id="b" * 64)
    assert logs(store, capfdbinary, "web", "silent") == (
        b"aaaaaaaaaaaa one\naaaaaaaaaaaa three\xff",
        b"aaaaaaaaaaaa two\n",
    )
    assert logs(store, capfdbinary, "--names", "-n1", "web", "silent")[0] == b"web three\xff"


def test_times_bound_what_is_shown(store: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert logs(store, capfdbinary, "--since", "1h", "web")[0] == b"one\nthree\xff"
    assert logs(store, capfdbinary, "--until", "1h", "web") == (b"", b"")
    assert logs(store, capfdbinary, "--since", "2999-01-01", "web") == (b"", b"")


def test_following_a_container_that_has_ended_ends(store: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert logs(store, capfdbinary, "-f", "web") == (b"one\nthree\xff", b"two\n")
    write_container(store, "silent", id="b" * 64)
    assert logs(store, capfdbinary, "-f", "web", "silent")[1] == b"aaaaaaaaaaaa two\n"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--tail", "x", "web"], 'Error: invalid value "x" for --tail: it is a number of lines, or all\n'),
        (["web", "nosuch"], 'Error: no such container: "nosuch"\n  `pod ps -a` lists the containers there are\n'),
    ],
)
def test_mistakes_print_nothing_but_the_error(
    words: list[str], error: str, store: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["pod", "--root", str(store), "logs", *words]) == 125
    assert tuple(capfd.readouterr()) == ("", error)
