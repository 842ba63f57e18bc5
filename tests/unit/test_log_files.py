"""A log that is rotated while it is read: nothing twice, nothing left out, nothing torn."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pod.engine import docker_log, log_blocks
from pod.engine.log_files import LogReader, whole_lines
from pod.engine.monitor.json_log import JsonLog
from pod.engine.monitor.log_file import STDOUT, LogFile
from pod.linux import process

LINES = 5000


def write(log: LogFile) -> None:
    for n in range(LINES):
        log.write(STDOUT, b"%d\n" % n)
        if n % 50 == 0:
            time.sleep(0.0005)
    log.close()


@pytest.mark.parametrize("kind", [LogFile, JsonLog])
def test_follower_sees_every_line_once_however_often_the_log_is_rotated(kind: type[LogFile], tmp_path: Path) -> None:
    path = str(tmp_path / "log")
    kind(path).close()
    pid = os.fork()
    if pid == 0:
        try:
            write(kind(path, 4000, 400))
        finally:
            os._exit(0)
    seen: list[bytes] = []
    for block in whole_lines(LogReader(path).blocks(process.identify(pid))):
        if kind is LogFile:
            seen += [text for _stream, data in log_blocks.contents(block) for text in data.split()]
        else:
            seen += [entry[2].strip() for line in block.splitlines() if (entry := docker_log.parse(line)) is not None]
    os.waitpid(pid, 0)
    assert seen == [b"%d" % n for n in range(LINES)]


@pytest.mark.parametrize("wanted", [0, 1, 7, 500, 10_000])
def test_tail_counts_lines_across_files(wanted: int, tmp_path: Path) -> None:
    path = str(tmp_path / "log")
    log = LogFile(path, 2000, 50)
    for n in range(1000):
        log.write(STDOUT, b"line %d" % n)
        log.write(STDOUT, b" end\n")
    log.close()
    reader = LogReader(path)
    reader.skip_to_tail(wanted, log_blocks.LINE_ENDS)
    shown = b"".join(data for block in whole_lines(reader.blocks(None)) for _stream, data in log_blocks.contents(block))
    assert shown.splitlines() == [b"line %d end" % n for n in range(max(0, 1000 - wanted), 1000)]


def test_a_file_that_somebody_has_removed_keeps_nobody_waiting(tmp_path: Path) -> None:
    path = str(tmp_path / "log")
    log = LogFile(path, 100, 5)
    for n in range(20):
        log.write(STDOUT, b"%d\n" % n)
    log.close()
    os.remove(f"{path}.1")
    assert b"".join(LogReader(path).blocks(None)).endswith(b" 19\n")


def test_since_is_found_by_its_time(tmp_path: Path) -> None:
    lines = [f"2026-01-01T00:{n // 60:02}:{n % 60:02}.000000000Z stdout F {n}\n".encode() for n in range(3000)]
    for name, part in (("log.1", lines[:1700]), ("log", lines[1700:])):
        (tmp_path / name).write_bytes(b"".join(part))
    for wanted in (0, 1, 1699, 1700, 1701, 2999, 3000):
        reader = LogReader(str(tmp_path / "log"))
        moment = f"2026-01-01T00:{wanted // 60:02}:{wanted % 60:02}.000000000Z".encode()
        reader.skip_to_time(lambda line, moment=moment: line[:30] < moment)  # type: ignore[misc]
        assert b"".join(reader.blocks(None)) == b"".join(lines[wanted:])
