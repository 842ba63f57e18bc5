"""A store for each module whose processes are killed and whose documents are broken, empty for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.aftermath import Store, emptied
from tests.support.commands import CommandLine


@pytest.fixture(scope="module")
def made(make_pod: Callable[[str], CommandLine], busybox_archive: Path, request: pytest.FixtureRequest) -> CommandLine:
    """A store of the module's own, with busybox."""
    pod = make_pod(request.module.__name__.rpartition("_")[2])
    pod("load", "-i", busybox_archive).ok()
    return pod


@pytest.fixture
def pod(made: CommandLine) -> Iterator[CommandLine]:
    yield from emptied(made)


@pytest.fixture
def store(pod: CommandLine) -> Store:
    return Store.of(pod)
