"""Logs: what the monitor writes line by line comes back as the bytes that the program wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod.engine import log_blocks
from pod.engine.monitor.log_file import STDERR, STDOUT, LogFile

TIME = b"2026-01-01T00:00:00.000000000Z"


def joined(block: bytes) -> dict[str, bytes]:
    found = {"stdout": b"", "stderr": b""}
    for stream, data in log_blocks.contents(block):
        found[stream] += data
    return found


def lines(stream: bytes, *texts: bytes) -> bytes:
    return b"".join(TIME + b" " + stream + b" F " + text + b"\n" for text in texts)


@given(st.lists(st.tuples(st.sampled_from([STDOUT, STDERR]), st.binary(min_size=1))))
def test_what_was_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, writes: list[tuple[bytes, bytes]]
) -> None:
    path = tmp_path_factory.mktemp("log") / "log"
    log = LogFile(str(path))
    for stream, data in writes:
        log.write(stream, data)
    log.close()
    expected = {"stdout": b"", "stderr": b""}
    for stream, data in writes:
        expected[stream.decode()] += data
    assert joined(path.read_bytes()) == expected


@pytest.mark.parametrize("count", [1, 5000], ids=["small", "large"])
def test_blocks_of_any_size_give_the_same(count: int) -> None:
    texts = [b"line %d\r" % n for n in range(count)]
    assert joined(lines(STDOUT, *texts))["stdout"] == b"".join(text + b"\n" for text in texts)


@pytest.mark.parametrize("count", [1, 5000], ids=["small", "large"])
def test_prefixes_inside_a_line_are_text(count: int) -> None:
    text = TIME + b" stdout F not a prefix"
    assert joined(lines(STDOUT, *[text] * count))["stdout"] == (text + b"\n") * count


@pytest.mark.parametrize("count", [1, 5000], ids=["small", "large"])
@pytest.mark.parametrize("cut", [b"2026-01-01T", b"2026-01-01T00:00:00.000000000Z stdo", b"", b"x y z w"])
def test_line_that_a_crash_has_cut_off_is_left_out(count: int, cut: bytes) -> None:
    block = lines(STDOUT, *[b"whole"] * count) + cut + b"\n" + lines(STDOUT, b"after")
    assert joined(block)["stdout"] == b"whole\n" * count + b"after\n"


@pytest.mark.parametrize("count", [1, 5000], ids=["small", "large"])
def test_parts_are_joined_and_streams_kept_apart(count: int) -> None:
    part = TIME + b" stdout P par\n"
    block = (part + lines(STDERR, b"err") + lines(STDOUT, b"t")) * count
    assert joined(block) == {"stdout": b"part\n" * count, "stderr": b"err\n" * count}


def test_log_is_rotated_at_its_maximum(tmp_path: Path) -> None:
    log = LogFile(str(tmp_path / "log"), 1000)
    for n in range(40):
        log.write(STDOUT, b"line %02d\n" % n)
    log.close()
    old, new = (tmp_path / "log.1").read_bytes(), (tmp_path / "log").read_bytes()
    assert joined(old + new)["stdout"].endswith(b"line 38\nline 39\n")
    assert len(old) < 1100 and len(new) < 1100


def test_log_that_a_crash_has_cut_off_goes_on_with_a_new_line(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(lines(STDOUT, b"before") + TIME + b" std")
    log = LogFile(str(path))
    log.write(STDOUT, b"after\n")
    log.close()
    assert joined(path.read_bytes())["stdout"] == b"before\nafter\n"
