"""Decompression: every format, in members, in small reads, bounded, and damaged."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import random
import struct
import tracemalloc
from collections.abc import Callable

import pytest
import zstandard

from pod.errors import ArchiveError
from pod.storage.compression import PIECE, Decompressed, detect

FORMATS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "xz": lzma.compress,
    "bzip2": bz2.compress,
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress,
}
DATA = random.Random(1).randbytes(300_000) + b"a" * 3_000_000 + b"end"

every_format = pytest.mark.parametrize("kind", FORMATS)


def everything(data: bytes) -> bytes:
    return b"".join(Decompressed(io.BytesIO(data)).pieces())


@every_format
def test_each_format_is_recognised_and_read(kind: str) -> None:
    stream = Decompressed(io.BytesIO(FORMATS[kind](DATA)))
    assert stream.kind == kind
    assert b"".join(stream.pieces()) == DATA


@every_format
def test_members_one_after_the_other_are_one_stream(kind: str) -> None:
    squeezed = FORMATS[kind](DATA[:1000]) + FORMATS[kind](b"") + FORMATS[kind](DATA[1000:])
    assert everything(squeezed) == DATA


@every_format
def test_zeros_at_the_end_are_padding(kind: str) -> None:
    assert everything(FORMATS[kind](b"x") + bytes(10_000)) == b"x"


@every_format
def test_reads_give_no_more_than_was_asked_for(kind: str) -> None:
    stream = Decompressed(io.BytesIO(FORMATS[kind](DATA)))
    parts = list(iter(lambda: stream.read(1000), b""))
    assert max(map(len, parts)) <= 1000 and b"".join(parts) == DATA
    assert stream.read(1000) == b""


@every_format
def test_streams_that_give_one_byte_at_a_time_are_read(kind: str) -> None:
    class Trickle(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            return super().read(1)

    assert b"".join(Decompressed(Trickle(FORMATS[kind](b"hello" * 20))).pieces()) == b"hello" * 20


@every_format
def test_progress_counts_the_compressed_bytes(kind: str) -> None:
    squeezed = FORMATS[kind](DATA)
    taken: list[int] = []
    for _ in Decompressed(io.BytesIO(squeezed), progress=taken.append).pieces():
        pass
    assert sum(taken) == len(squeezed)


@every_format
def test_a_cut_stream_is_reported(kind: str) -> None:
    squeezed = FORMATS[kind](DATA)
    with pytest.raises(ArchiveError, match=f"the {kind} data is cut off at byte {len(squeezed) - 20}"):
        everything(squeezed[:-20])


@every_format
def test_a_damaged_stream_is_reported(kind: str) -> None:
    squeezed = bytearray(FORMATS[kind](DATA))
    squeezed[1000:1100] = os.urandom(100)
    with pytest.raises(ArchiveError, match=f"damaged {kind} data before byte"):
        everything(bytes(squeezed))


@every_format
def test_something_else_behind_the_stream_is_damage(kind: str) -> None:
    with pytest.raises(ArchiveError, match=f"damaged {kind} data|cut off"):
        everything(FORMATS[kind](b"x") + b"something else")


@every_format
def test_a_bomb_is_given_out_in_bounded_pieces(kind: str) -> None:
    squeezed = FORMATS[kind](bytes(200 << 20))
    assert len(squeezed) < 1 << 20
    tracemalloc.start()
    try:
        size = 0
        for piece in Decompressed(io.BytesIO(squeezed)).pieces():
            assert len(piece) <= PIECE
            size += len(piece)
        assert size == 200 << 20
        assert tracemalloc.get_traced_memory()[1] < 150 << 20
    finally:
        tracemalloc.stop()


def test_plain_data_pass_unchanged() -> None:
    for data in (b"", b"x", b"plain text", bytes(5000)):
        stream = Decompressed(io.BytesIO(data))
        assert stream.kind == "" and b"".join(stream.pieces()) == data


def test_zstd_frames_without_content_are_skipped() -> None:
    skipped = struct.pack("<II", 0x184D2A5F, 4) + b"note"
    squeezed = FORMATS["zstd"](DATA)
    assert detect(skipped) == "zstd"
    assert everything(skipped + squeezed + skipped) == DATA
