"""Sizes and times are shown as go-units and Go's time package show them; the expected texts are theirs."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod.cli import units

_SECOND = 1_000_000_000
_MINUTE, _HOUR, _DAY = 60 * _SECOND, 3600 * _SECOND, 86400 * _SECOND


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0B"), (1, "1B"), (999, "999B"), (1000, "1kB"), (1024, "1.02kB"), (77_800_000, "77.8MB"),
        (124_416_123, "124MB"), (1_000_000_000, "1GB"), (1_234_567_890, "1.23GB"), (5_372_000_000_000, "5.37TB"),
        (2_220_000_000_000_000, "2.22PB"), (10**18, "1EB"), (10**26, "100YB"),
    ],
)  # fmt: skip
def test_sizes_have_three_digits_and_decimal_units(size: int, text: str) -> None:
    assert units.decimal_size(size) == text


def test_podman_puts_a_space_before_the_unit() -> None:
    assert units.decimal_size(77_800_000, separator=" ") == "77.8 MB"


@pytest.mark.parametrize(("size", "text"), [(999_999, "1MB"), (999_499, "999kB"), (999_999_999, "1GB"), (999.7, "1kB")])
def test_a_size_that_rounds_up_to_the_next_unit_takes_it(size: float, text: str) -> None:
    assert units.decimal_size(size) == text  # go-units prints 1e+03kB


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0B"), (1023, "1023B"), (1024, "1KiB"), (1_572_864, "1.5MiB"), (1_048_575, "1024KiB"),
        (8_358_680_000, "7.785GiB"), (3.42 * 2**30, "3.42GiB"), (5.372 * 2**40, "5.372TiB"),
    ],
)  # fmt: skip
def test_memory_has_four_digits_and_binary_units(size: float, text: str) -> None:
    assert units.binary_size(size) == text


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (-5 * _SECOND, "Less than a second"), (0, "Less than a second"), (_SECOND - 1, "Less than a second"),
        (_SECOND, "1 second"), (2 * _SECOND, "2 seconds"), (59 * _SECOND, "59 seconds"),
        (_MINUTE, "About a minute"), (2 * _MINUTE - 1, "About a minute"), (2 * _MINUTE, "2 minutes"),
        (59 * _MINUTE, "59 minutes"), (_HOUR, "About an hour"), (_HOUR + 29 * _MINUTE, "About an hour"),
        (_HOUR + 30 * _MINUTE, "2 hours"), (47 * _HOUR, "47 hours"), (48 * _HOUR, "2 days"), (13 * _DAY, "13 days"),
        (14 * _DAY, "2 weeks"), (59 * _DAY, "8 weeks"), (60 * _DAY, "2 months"), (729 * _DAY, "24 months"),
        (730 * _DAY, "2 years"), (3 * 365 * _DAY - 1, "2 years"),
    ],
)  # fmt: skip
def test_durations_are_told_in_one_rounded_unit(duration: int, text: str) -> None:
    assert units.human_duration(duration) == text


def test_ago_counts_from_now() -> None:
    assert units.ago(10 * _HOUR, now=12 * _HOUR) == "2 hours ago"
    assert units.ago(time.time_ns() - 5 * _SECOND) == "5 seconds ago"


def test_a_moment_in_the_future_is_less_than_a_second_ago() -> None:
    assert units.ago(10, now=5) == "Less than a second ago"


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("zone")
def test_a_moment_is_printed_in_local_time_as_go_does() -> None:
    assert units.local_time(1_706_933_106_500_000_000) == "2024-02-03 05:05:06 +0100 CET"
    assert units.local_time(1_720_000_000_000_000_000) == "2024-07-03 11:46:40 +0200 CEST"


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (0, "0s"), (1, "1ns"), (1_500, "1.5µs"), (250_000_000, "250ms"), (1_500_000_000, "1.5s"), (30 * _SECOND, "30s"),
        (90 * _SECOND, "1m30s"), (_HOUR, "1h0m0s"), (_HOUR + 30 * _MINUTE, "1h30m0s"), (-_MINUTE, "-1m0s"),
        (_SECOND + 1, "1.000000001s"), (100 * _HOUR + 1_000_000, "100h0m0.001s"), (-5, "-5ns"),
    ],
)  # fmt: skip
def test_exact_durations_are_written_as_go_writes_them(duration: int, text: str) -> None:
    assert units.go_duration(duration) == text


@given(st.integers(0, 10**30))
def test_sizes_are_short_and_never_in_exponents(size: int) -> None:
    text = units.decimal_size(size)
    assert "e" not in text.lower() or text.endswith("EB")
    assert len(text) <= 6 or size >= 10**27
