"""Compressors for layers: right whatever library there is, and the same bytes each time."""

from __future__ import annotations

import random
import sys

import pytest

from pod.errors import StorageError, UsageError
from pod.storage import compressors
from pod.storage.compression import Decompressed, detect

DATA = random.Random(1).randbytes(300_000) + b"a" * 3_000_000 + b"end"


def compressed(kind: str, level: int | None = None) -> bytes:
    compressor = compressors.make(kind, level)
    pieces = [DATA[start : start + 100_000] for start in range(0, len(DATA), 100_000)]
    return b"".join([*map(compressor.compress, pieces), compressor.flush()])


class Bytes:
    """A stream that gives everything at once."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, size: int, /) -> bytes:
        data, self.data = self.data[:size], self.data[size:]
        return data


@pytest.mark.parametrize(("kind", "level"), [("gzip", None), ("gzip", 1), ("gzip", 9), ("zstd", None), ("zstd", 19)])
def test_what_was_compressed_comes_back_and_is_the_same_each_time(kind: str, level: int | None) -> None:
    data = compressed(kind, level)
    assert detect(data) == kind
    assert b"".join(Decompressed(Bytes(data)).pieces()) == DATA
    assert compressed(kind, level) == data


def test_gzip_needs_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "isal", None)
    assert b"".join(Decompressed(Bytes(compressed("gzip"))).pieces()) == DATA


@pytest.mark.parametrize("kind", ["zstd", "zstd:chunked"])
def test_zstd_without_its_package_says_which_one(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    for name in ("zstandard", "compression.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(StorageError, match="cannot compress with zstd") as caught:
        compressors.check(kind, None)
    assert "pip install zstandard" in caught.value.hint


@pytest.mark.parametrize(("kind", "level"), [("gzip", 0), ("gzip", 10), ("zstd", 0), ("zstd", 23)])
def test_level_that_there_is_not_names_those_that_there_are(kind: str, level: int) -> None:
    with pytest.raises(UsageError, match=f"those of {kind} are 1 to"):
        compressors.check(kind, level)
