"""What the tests of images share: stores of their own, and small images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import folders
from tests.support.commands import CommandLine
from tests.system.images.stores import images, left_behind


@pytest.fixture(scope="module")
def own(make_pod: Callable[[str], CommandLine], request: pytest.FixtureRequest) -> CommandLine:
    """A `pod` with a store for one module."""
    return make_pod(request.module.__name__.rpartition("_")[2])


@pytest.fixture
def empty(own: CommandLine) -> Iterator[CommandLine]:
    """The same with no image in it, before and after."""
    yield own
    ids = images(own, "-aq", "--no-trunc").ok().lines
    if ids:
        own("rmi", "-f", *ids).ok()
    assert left_behind(own) == []


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for the files of one test."""
    with folders.scratch() as path:
        yield path
