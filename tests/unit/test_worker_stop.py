"""Workers that are stopped in the moment of their beginning."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from pod.linux.workers import run_all

if TYPE_CHECKING:
    from pod.linux.workers import Report


_LONG = 60  # seconds, far more than a round takes on the busiest machine: who misses the signal is seen


def fail(_report: Report) -> None:
    raise ValueError("broken")


def wait(_report: Report) -> None:
    time.sleep(_LONG)


def fail_beside_others(_report: Report) -> None:
    run_all([fail, wait, wait, wait], 4)


def test_a_worker_of_a_worker_that_is_stopped_as_it_begins_ends_at_once_and_says_nothing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    for _ in range(40):
        before = time.monotonic()
        with pytest.raises(ValueError, match="broken"):
            run_all([fail_beside_others], 1)
        assert time.monotonic() - before < _LONG / 2
    assert capfd.readouterr().err == ""
