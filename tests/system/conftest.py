"""System tests leave nothing behind: after each module the machine is searched for what it left.

What one module left is its own fault, and no later one's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import leaks


@pytest.fixture(scope="session")
def found_before() -> set[str]:
    """What earlier modules have left behind."""
    return set()


@pytest.fixture(scope="module", autouse=True)
def nothing_left_behind(
    scratch: Path, expected_processes: list[Callable[[], list[int]]], found_before: set[str]
) -> Iterator[None]:
    """Fail when a module has left a process, a mount or a namespace. Set up first, it looks last, after `pod`."""
    yield
    expected = {pid for pids in expected_processes for pid in pids()}
    found = leaks.leftovers(scratch, expected, found_before)
    found_before.update(found)
    assert not found, "left behind by this module:\n" + "\n".join(found)
