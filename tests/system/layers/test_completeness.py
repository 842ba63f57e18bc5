"""A layer is complete or not there at all, whatever happens meanwhile."""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pod.errors import ArchiveError, DigestMismatch, StorageError
from pod.linux import syscalls as sc
from pod.storage.layers import LayerStore
from tests.support.inside import in_namespace
from tests.support.layers import (
    add,
    add_members,
    digest_of,
    leftovers,
)
from tests.support.members import (
    file,
    layer,
)


@in_namespace
def test_a_layer_that_is_not_what_its_digest_says_is_not_kept(store: LayerStore) -> None:
    data, digest = layer([file("a", b"x")]), digest_of(b"something else")
    with pytest.raises(DigestMismatch, match=f"layer {digest.short} is damaged: its digest is {digest_of(data)}"):
        store.add(digest, lambda: io.BytesIO(data), single_id=False)
    assert not store.has(digest) and leftovers(store) == []


@in_namespace
def test_what_follows_the_end_of_the_archive_counts_for_its_digest(store: LayerStore) -> None:
    data = layer([file("a", b"x")]) + b"trailing" * 100
    assert os.listdir(add(store, data)) == ["a"]


@in_namespace
def test_a_limit_stops_a_bomb(store: LayerStore) -> None:
    data = layer([file("bomb", bytes(8 << 20))])
    squeezed = gzip.compress(data)
    with pytest.raises(ArchiveError, match="larger than the 1048576 bytes"):
        store.add(digest_of(data), lambda: io.BytesIO(squeezed), single_id=False, limit=1 << 20)
    assert leftovers(store) == []


@in_namespace
def test_a_full_disk_is_named_and_leaves_nothing(store: LayerStore) -> None:
    os.mkdir(store.layout.root)
    sc.mount("tmpfs", store.layout.root, "tmpfs", 0, "size=4m")
    data = layer([file(f"f{n}", os.urandom(1 << 20)) for n in range(8)])
    with pytest.raises(StorageError, match=rf"the store {store.layout.root}: No space left on device after \d MiB"):
        store.add(digest_of(data), lambda: io.BytesIO(data), single_id=False)
    assert leftovers(store) == []
    assert add_members(store, [file("small", b"x")])


@in_namespace
def test_no_more_files_is_a_full_disk_too(store: LayerStore) -> None:
    os.mkdir(store.layout.root)
    sc.mount("tmpfs", store.layout.root, "tmpfs", 0, "nr_inodes=50")
    data = layer([file(f"f{n}") for n in range(100)])
    with pytest.raises(StorageError, match="0 files are free"):
        store.add(digest_of(data), lambda: io.BytesIO(data), single_id=False)
    assert leftovers(store) == []


@in_namespace
def test_a_cut_stream_leaves_nothing(store: LayerStore) -> None:
    data = layer([file("a", os.urandom(100_000))])
    with pytest.raises(ArchiveError, match="cut off"):
        store.add(digest_of(data), lambda: io.BytesIO(gzip.compress(data)[:50_000]), single_id=False)
    assert leftovers(store) == []


@in_namespace
def test_a_killed_unpacking_leaves_no_layer_and_a_sweep_removes_the_rest(store: LayerStore) -> None:
    data = layer([file("a", b"x")])
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        slow = open(os.pipe()[0], "rb", buffering=0)

        def never_ending() -> io.FileIO:
            os.write(write, b"+")
            return slow

        store.add(digest_of(data), never_ending, single_id=False)
        os._exit(0)
    os.read(read, 1)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    assert len(os.listdir(store.layout.staging)) == 1
    assert not store.has(digest_of(data))

    def swept() -> bool:
        store.sweep()  # spares what the worker has locked, until its death signal has reached it
        return leftovers(store) == []

    _wait_until(swept)
    assert os.listdir(add(store, data)) == ["a"]


def _wait_until(condition: Callable[[], bool]) -> None:
    import time

    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "waited for five seconds"
        time.sleep(0.01)


@in_namespace
def test_two_at_once_unpack_a_layer_once(store: LayerStore) -> None:
    data = layer([file(f"f{n}", b"x" * 1000) for n in range(2000)])
    opened = Path(store.layout.root).parent / "opened"

    def open_stream() -> io.BytesIO:
        with opened.open("a") as log:
            log.write("once\n")
        return io.BytesIO(data)

    pids = []
    for _ in range(4):
        pid = os.fork()
        if pid == 0:
            try:
                made = store.add(digest_of(data), open_stream, single_id=False)
                os._exit(0 if made.files == 2000 else 2)
            finally:
                os._exit(1)
        pids.append(pid)
    assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids] == [0, 0, 0, 0]
    assert opened.read_text() == "once\n"
