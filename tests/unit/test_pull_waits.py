"""No wait of a pull is without an end: on another pull, on a server, on a worker."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pod.engine.images.downloads import _has_turn
from pod.errors import RegistryError, StorageError
from pod.linux.locks import Lock
from pod.linux.workers import WorkerIsStuck, run_all
from pod.registry import pace
from pod.storage.streamed_layer import GrowingFile

if TYPE_CHECKING:
    from pod.linux.workers import Report


def test_a_download_of_somebody_else_that_does_not_grow_is_not_waited_for(tmp_path: Path) -> None:
    partial = tmp_path / "blob.partial"
    partial.write_bytes(b"x" * 10)
    with Lock(str(tmp_path / "lock")):
        began = time.monotonic()
        assert not _has_turn(Lock(str(tmp_path / "lock")), str(partial), int, patience=0.1)
        assert time.monotonic() - began < 5


def test_a_download_of_somebody_else_that_grows_is_waited_for_and_told(tmp_path: Path) -> None:
    partial = tmp_path / "blob.partial"
    partial.write_bytes(b"")
    other = Lock(str(tmp_path / "lock"))
    other.acquire()

    def grow() -> None:
        for size in range(1, 6):
            time.sleep(0.1)
            partial.write_bytes(b"x" * size)
        other.release()

    thread = threading.Thread(target=grow)
    thread.start()
    told: list[int] = []
    mine = Lock(str(tmp_path / "lock"))
    assert _has_turn(mine, str(partial), told.append, patience=5)
    thread.join()
    mine.release()
    assert 1 <= sum(told) <= 5  # how often is looked depends on how busy the machine is


def test_workers_that_say_nothing_are_ended() -> None:
    def sleep(_report: Report) -> None:
        time.sleep(30)

    began = time.monotonic()
    with pytest.raises(WorkerIsStuck, match="nothing has moved"):
        run_all([sleep, sleep], 2, silence=0.2)
    assert time.monotonic() - began < 10


def test_a_reader_whose_writer_dies_hears_of_it(tmp_path: Path) -> None:
    (tmp_path / "blob").write_bytes(b"half")
    fd = os.open(tmp_path / "blob", os.O_RDONLY)
    woken, wake = os.pipe()
    file = GrowingFile(fd, 8, woken, os.dup(wake)).opened()
    assert file.read(100) == b"half"
    os.close(wake)
    with pytest.raises(StorageError, match="has gone"):
        file.read(100)
    os.close(fd)
    os.close(woken)


class _Trickle:
    """A body of which a byte comes now and then."""

    class raw:
        @staticmethod
        def read1(_size: int, decode_content: bool) -> bytes:
            del decode_content
            return b"x"


def test_a_server_that_sends_a_byte_now_and_then_is_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    body = pace.Body(_Trickle(), "cannot pull x", "host")  # type: ignore[arg-type]
    with pytest.raises(RegistryError, match="cannot pull x: host is too slow: 3 bytes in 75 s") as error:
        for _ in range(10):
            now[0] += 25
            body.read(100)
    assert error.value.temporary
