"""A store of layers for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pod.storage.layers import LayerStore
from pod.storage.layout import StorageLayout
from tests.support import folders


@pytest.fixture
def store(scratch: Path) -> Iterator[LayerStore]:
    folder = scratch / "layers"
    folder.mkdir()
    yield LayerStore(StorageLayout(str(folder / "s"), str(folder / "r")))
    folders.remove(folder)
