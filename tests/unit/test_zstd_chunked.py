"""Layers as zstd:chunked: the whole is the same tarball, and its table of contents tells the truth about each part."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import random
import struct
import tarfile
from collections.abc import Iterator
from typing import Any

import pytest
import zstandard

from pod.errors import ArchiveError
from pod.storage import zstd_chunked
from pod.storage.zstd_chunked import CHECKSUM, FRAME, POSITION
from tests.support.members import device, directory, fifo, file, hardlink, layer, symlink

LARGE = random.Random(1).randbytes(FRAME) + b"a" * FRAME + b"end"
NAMES = {b"0": "reg", b"1": "hardlink", b"2": "symlink", b"3": "char", b"5": "dir", b"6": "fifo"}


TARBALL = layer(
    [
        directory("etc/", mode=0o1777, uid=7, gid=1 << 22),
        file("etc/passwd", b"root", mode=0o4755, mtime=1_700_000_000.25, xattrs={"user.a": "v\u00e4l"}),
        file("etc/empty"),
        symlink("etc/link", "passwd"),
        hardlink("etc/hard", "etc/passwd"),
        file("etc/" + "long/" * 60 + "n\u00e4me", b"\0" * 513),
        file("large", LARGE),
        file("exact", LARGE[:FRAME]),
        file("etc/.wh.gone"),
        device("null", 1, 3),
        fifo("fifo"),
        file("old", mtime=-1.5),
    ]
)


def compressed(tarball: bytes, piece: int = 100_000) -> tuple[bytes, dict[str, str]]:
    parts: list[bytes] = []

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(tarball), piece):
            yield tarball[start : start + piece]

    annotations = zstd_chunked.compress(pieces(), parts.append)
    return b"".join(parts), annotations


def decompressed(data: bytes) -> bytes:
    reader = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True)
    return reader.read()


def table(data: bytes, annotations: dict[str, str]) -> list[dict[str, Any]]:
    start, length, plain, kind = map(int, annotations[POSITION].split(":"))
    packed = data[start : start + length]
    assert annotations[CHECKSUM] == sha256(packed)
    text = decompressed(packed)
    document = json.loads(text)
    assert (len(text), kind, document["version"]) == (plain, 1, 1)
    return list(document["entries"])


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@pytest.fixture(scope="module")
def made() -> tuple[bytes, dict[str, str]]:
    return compressed(TARBALL)


@pytest.mark.parametrize("piece", [511, 100_000, 64 << 20])
def test_decoder_that_knows_no_tables_reads_the_tarball_byte_by_byte(piece: int) -> None:
    tarball = TARBALL + bytes(20_480) + b"behind the end"
    data, annotations = compressed(tarball, piece)
    assert decompressed(data) == tarball
    assert compressed(tarball)[0] == data
    assert annotations


def test_footer_and_annotations_agree(made: tuple[bytes, dict[str, str]]) -> None:
    data, annotations = made
    magic, size, *numbers, mark = struct.unpack("<4sI7Q8s", data[-72:])
    assert (magic, size, mark) == (b"\x50\x2a\x4d\x18", 64, b"GNUlInUx")
    assert numbers == [*map(int, annotations[POSITION].split(":")), 0, 0, 0]
    start, length = numbers[:2]
    assert data[start - 8 : start] == struct.pack("<4sI", magic, length)
    assert start + length + 72 == len(data)


def test_entries_are_those_of_the_tarball(made: tuple[bytes, dict[str, str]]) -> None:
    entries = [entry for entry in table(*made) if entry["type"] != "chunk"]
    with tarfile.open(fileobj=io.BytesIO(TARBALL)) as tar:
        members = tar.getmembers()
    assert len(entries) == len(members)
    for entry, found in zip(entries, members, strict=True):
        assert entry["name"].rstrip("/") == found.name
        assert entry["type"] == NAMES[found.type]
        assert entry.get("linkName", "") == found.linkname
        numbers = [entry.get(key, 0) for key in ("mode", "uid", "gid", "devMajor", "devMinor")]
        assert numbers == [found.mode, found.uid, found.gid, found.devmajor, found.devminor]
        assert entry.get("size", 0) == (found.size if found.isreg() else 0)
        assert ("offset" in entry) == ("digest" in entry) == (found.isreg() and found.size > 0)
    by_name = {entry["name"]: entry for entry in entries}
    assert by_name["etc/passwd"]["modtime"] == "2023-11-14T22:13:20.250000000Z"
    assert by_name["etc/passwd"]["xattrs"] == {"user.a": base64.b64encode("v\u00e4l".encode()).decode()}
    assert by_name["old"]["modtime"] == "1969-12-31T23:59:58.500000000Z"


def test_range_of_a_file_decompresses_to_its_data(made: tuple[bytes, dict[str, str]]) -> None:
    data, annotations = made
    files = [entry for entry in table(data, annotations) if "digest" in entry]
    assert len(files) == 4
    for entry in files:
        plain = decompressed(data[entry["offset"] : entry["endOffset"]])
        assert (len(plain), sha256(plain)) == (entry["size"], entry["digest"])


def test_large_file_has_chunks_that_can_be_read_alone(made: tuple[bytes, dict[str, str]]) -> None:
    data, annotations = made
    entries = table(data, annotations)
    chunks = [entry for entry in entries if entry["name"] == "large"]
    assert [entry["type"] for entry in chunks] == ["reg", "chunk", "chunk"]
    assert [entry.get("chunkOffset", 0) for entry in chunks] == [0, FRAME, 2 * FRAME]
    ends = [*(entry["offset"] for entry in chunks[1:]), chunks[0]["endOffset"]]
    for entry, end in zip(chunks, ends, strict=True):
        plain = decompressed(data[entry["offset"] : end])
        assert (len(plain), sha256(plain)) == (entry["chunkSize"], entry["chunkDigest"])
    assert [entry for entry in entries if "chunkSize" in entry] == chunks


@pytest.mark.parametrize("what", ["no UTF-8", "sparse", "unknown", "year"])
def test_layer_that_no_table_can_tell_is_zstd_without_one(what: str) -> None:
    entry = file("a\udcff" if what == "no UTF-8" else "a", b"data")
    if what == "sparse":
        entry.info.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.size": "9"}
        entry.info.pax_headers |= {"GNU.sparse.map": "0,4", "GNU.sparse.numblocks": "1"}
    elif what == "unknown":
        entry.info.type = b"V"
    elif what == "year":
        entry.info.mtime = 1 << 39
    tarball = layer([file("before", b"1"), entry, file("behind", b"2")])
    data, annotations = compressed(tarball)
    assert annotations == {}
    assert decompressed(data) == tarball
    assert b"GNUlInUx" not in data


def test_layer_that_is_cut_off_is_an_error() -> None:
    with pytest.raises(ArchiveError, match="cut off"):
        compressed(TARBALL[:10_000])
