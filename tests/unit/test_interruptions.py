"""A signal whose handler raises, before every single instruction of the code that begins and ends things."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from pod.linux import files, signals, workers
from pod.storage import layout as layouts
from pod.storage import staging
from pod.storage.layout import StorageLayout
from pod.storage.staging import Staging


class Interrupted(BaseException):
    """What the handler raises."""


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close what the interrupted have left open."""
    before = set(os.listdir("/proc/self/fd"))
    yield
    for fd in set(os.listdir("/proc/self/fd")) - before:
        with suppress(OSError):
            os.close(int(fd))


@pytest.fixture(autouse=True)
def handler() -> Iterator[None]:
    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGTERM, interrupt)
    yield
    signal.signal(signal.SIGTERM, before)


def interrupted_at(number: int, act: Callable[[], object], *modules: Any, until: str = "") -> bool:
    """Do something and send SIGTERM before an instruction of some modules; false where it has fewer of them.

    `until` is the function with which that ends.
    """
    sources = {module.__file__ for module in modules}
    pid = os.getpid()
    left = number

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal left
        if frame.f_code.co_filename not in sources:
            return None
        if frame.f_code.co_name == until:
            sys.settrace(None)
            return None
        frame.f_trace_opcodes = True
        if event == "opcode" and os.getpid() == pid:
            left -= 1
            if left < 0:
                sys.settrace(None)
                signal.raise_signal(signal.SIGTERM)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        with suppress(Interrupted):
            act()
    finally:
        sys.settrace(before)
    return left < 0


def test_nothing_stays_of_unfinished_work_wherever_it_is_interrupted(tmp_path: Path) -> None:
    layout = StorageLayout(str(tmp_path / "root"), str(tmp_path / "run"))

    def work() -> None:
        with Staging(layout, "test") as place:
            os.mkdir(f"{place.folder}/a")
            Path(f"{place.folder}/a/f").touch()

    os.makedirs(layout.staging)
    number = left = 0
    while interrupted_at(number, work, staging, files, layouts):
        left += bool(os.listdir(layout.staging))
        staging.clear_away(interrupted=True)
        assert os.listdir(layout.staging) == [], f"instruction {number}"
        number += 1
    assert left > 10, "or the test tests nothing"


def test_folder_of_a_killed_child_goes_with_the_last_of_its_children(tmp_path: Path) -> None:
    layout = StorageLayout(str(tmp_path / "root"), str(tmp_path / "run"))
    with Staging(layout, "test"):
        pass
    child = os.fork()
    if child == 0:
        Staging(layout, "test").__enter__()
        if os.fork() == 0:
            time.sleep(0.2)
        os._exit(0)
    os.waitpid(child, 0)
    staging.clear_away(interrupted=True)
    assert os.listdir(layout.staging) == []


def test_no_worker_is_lost_wherever_its_beginning_is_interrupted() -> None:
    def work() -> None:
        workers.run_all([lambda _report: None], 1)

    def children() -> set[str]:
        return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())

    before, number = children(), 0
    while interrupted_at(number, work, workers, signals, until="take"):
        assert children() <= before, f"instruction {number}"
        number += 1
    assert number > 50, "or the test tests nothing"
