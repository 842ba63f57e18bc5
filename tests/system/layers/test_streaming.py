"""Layers that are unpacked while their blobs are being written, and where the disk has room for them."""

from __future__ import annotations

import fcntl
import os
import struct
from pathlib import Path

import pytest

from pod.errors import ArchiveError, DigestMismatch
from pod.linux import placement
from pod.storage.blobs import BlobStaging
from pod.storage.layer_job import UnpackJob
from pod.storage.layers import LayerStore
from pod.storage.streamed_layer import StreamedLayer
from tests.support.inside import Skipped, in_namespace
from tests.support.layers import add, digest_of
from tests.support.members import file, layer

DATA = layer([file("a", b"x" * 700_000), file("b", b"y")])
_GET_FLAGS = placement._GET_FLAGS


class Slow:
    """Gives an archive by the piece, and looks at what has become of it before each."""

    def __init__(self, store: LayerStore, data: bytes) -> None:
        self._store = store
        self._data = data
        self.listed: list[tuple[object, ...]] = []

    def read(self, _size: int, /) -> bytes:
        self.listed.append((*self._store.list(), *os.listdir(f"{self._store.layout.root}/images/blobs/sha256")))
        piece, self._data = self._data[:100_000], self._data[100_000:]
        return piece


def stream(store: LayerStore, data: bytes, claimed: bool = True) -> StreamedLayer:
    made = StreamedLayer(
        store, digest_of(data), single_id=False, progress=lambda _amount: None, note=lambda _line: None
    )
    assert not claimed or made.claim()
    return made


@in_namespace
def test_layer_follows_its_blob_and_appears_with_the_last_byte(store: LayerStore) -> None:
    os.makedirs(f"{store.layout.root}/images/blobs/sha256")
    slow = Slow(store, DATA)
    with BlobStaging(store.layout, "test") as staging, stream(store, DATA) as following:
        staging.add_stream(slow, "x", digest_of(DATA), len(DATA), follower=following)
        assert not store.has(digest_of(DATA))
        assert following.finish()
    assert len(slow.listed) > 5 and not any(slow.listed)
    assert Path(store.path(digest_of(DATA)), "a").stat().st_size == 700_000
    assert os.listdir(store.layout.staging) == []


@in_namespace
@pytest.mark.parametrize(
    ("data", "error"), [(DATA[:-1] + b"!", DigestMismatch), (DATA[:-1], ArchiveError), (DATA + b"!", ArchiveError)]
)
def test_layer_of_a_blob_that_proves_wrong_never_appears(
    store: LayerStore, data: bytes, error: type[Exception]
) -> None:
    os.makedirs(f"{store.layout.root}/images/blobs/sha256")
    with BlobStaging(store.layout, "test") as staging, pytest.raises(error), stream(store, DATA) as following:
        staging.add_stream(Slow(store, data), "x", digest_of(DATA), len(DATA), follower=following)
    assert store.list() == () and os.listdir(store.layout.staging) == []


@in_namespace
def test_blob_of_unknown_size_is_not_followed(store: LayerStore) -> None:
    os.makedirs(f"{store.layout.root}/images/blobs/sha256")
    with BlobStaging(store.layout, "test") as staging, stream(store, DATA) as following:
        staging.add_stream(Slow(store, DATA), "x", digest_of(DATA), follower=following)
        assert not following.finish()


@in_namespace
def test_one_of_several_at_the_same_layer_unpacks_it(store: LayerStore) -> None:
    with stream(store, DATA):
        assert not store.lock(digest_of(DATA)).acquire(wait=False)
    add(store, DATA)
    with stream(store, DATA, claimed=False) as late:
        assert not late.claim()


def flags(folder: str) -> int:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return int(struct.unpack("=i", fcntl.ioctl(fd, _GET_FLAGS, bytes(4)))[0])
    finally:
        os.close(fd)


@in_namespace
def test_layers_are_no_neighbours_on_ext4(store: LayerStore) -> None:
    places = [f"{store.layout.root}/{name}" for name in ("one", "two")]
    for place in places:
        os.makedirs(place)
    try:
        before = flags(places[0])
    except OSError as reason:
        raise Skipped(f"no flags on the file system of {places[0]}: {reason.strerror}") from reason
    names = {os.path.basename(UnpackJob(place, open, False, "store").folder) for place in places}  # type: ignore[arg-type]
    assert len(names) == 2, "ext4 would put both in the same place"
    after = flags(places[0])
    if after == before:
        raise Skipped("this file system does not know the flag")
    assert after == before | placement._TOP_OF_TREES


def test_folder_without_flags_stays_as_it_is() -> None:
    placement.spread_folders("/proc/self")
