"""The store of layers: compressions, listing, removal."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from pod.errors import StorageError
from pod.linux import syscalls as sc
from pod.storage.layers import Layer, LayerStore
from tests.support.inside import in_namespace
from tests.support.layers import (
    add,
    digest_of,
)
from tests.support.members import (
    file,
    layer,
)

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "none": bytes,
    "gzip": gzip.compress,
    "gzip in members": lambda data: gzip.compress(data[:1000]) + gzip.compress(data[1000:]) + bytes(512),
    "xz": lzma.compress,
    "bzip2": bz2.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "zstd in frames": lambda data: (
        zstandard.ZstdCompressor().compress(data[:999])
        + struct.pack("<II", 0x184D2A50, 3)
        + b"abc"
        + zstandard.ZstdCompressor().compress(data[999:])
    ),
}


@in_namespace
@pytest.mark.parametrize("compressor", COMPRESSORS)
@pytest.mark.parametrize("from_file", [True, False])
def test_every_compression_gives_the_same_layer(store: LayerStore, compressor: str, from_file: bool) -> None:
    data = layer([file("big", os.urandom(400_000)), file("zeros", bytes(3_000_000)), file("f", b"x")])
    squeezed = COMPRESSORS[compressor](data)
    path = Path(store.layout.root).parent / "squeezed"
    path.write_bytes(squeezed)
    taken: list[int] = []
    made = store.add(
        digest_of(data),
        (lambda: path.open("rb", buffering=0)) if from_file else (lambda: io.BytesIO(squeezed)),
        single_id=False,
        progress=taken.append,
    )
    assert made == Layer(1, digest_of(data), 3_400_001, 3, made.created)
    assert sum(taken) == len(squeezed)
    assert os.lstat(f"{store.path(made.diff_id)}/big").st_size == 400_000


@in_namespace
def test_layers_are_listed_measured_and_removed(store: LayerStore) -> None:
    assert store.list() == ()
    first, second = layer([file("a", b"12345")]), layer([file("b", b"1")])
    add(store, first)
    add(store, second)
    assert set(store.list()) == {digest_of(first), digest_of(second)}
    assert store.size(digest_of(first)) == 5
    store.remove(digest_of(first))
    assert store.list() == (digest_of(second),) and not store.has(digest_of(first))
    store.remove(digest_of(first))
    with pytest.raises(StorageError, match=f"the store has lost layer {digest_of(first)}"):
        store.get(digest_of(first))


@in_namespace
def test_a_half_removed_layer_is_made_again(store: LayerStore) -> None:
    data = layer([file("a", b"x"), file("b", b"y")])
    folder = add(store, data)
    os.unlink(f"{os.path.dirname(folder)}/layer.json")
    os.unlink(f"{folder}/a")
    assert not store.has(digest_of(data))
    assert sorted(os.listdir(add(store, data))) == ["a", "b"]


@in_namespace
def test_a_store_that_cannot_be_written_is_named(store: LayerStore) -> None:
    os.mkdir(store.layout.root)
    sc.mount("tmpfs", store.layout.root, "tmpfs", sc.MS_RDONLY)
    data = layer([file("a")])
    with pytest.raises(StorageError, match=f"cannot write to the store {store.layout.root}: Read-only file system"):
        store.add(digest_of(data), lambda: io.BytesIO(data), single_id=False)
