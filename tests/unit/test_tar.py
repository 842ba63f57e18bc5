"""Reading and writing archives: every dialect, exact, and no way to crash or exhaust the reader."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pod.errors import ArchiveError
from pod.storage.tar import header, member, pax
from pod.storage.tar.member import Member
from pod.storage.tar.reader import TarReader
from pod.storage.tar.source import CHUNK, KERNEL_COPY, FileSource, Source
from pod.storage.tar.writer import TarWriter


def source(data: bytes, chunk: int = CHUNK) -> Source:
    stream = io.BytesIO(data)
    return Source(lambda _size: stream.read(chunk))


def read(data: bytes, chunk: int = CHUNK) -> list[tuple[Member, bytes]]:
    reader = TarReader(source(data, chunk))
    return [(found, reader.read(1 << 30)) for found in reader]


def members(data: bytes) -> list[Member]:
    return list(TarReader(source(data)))


def write(entries: Iterable[tuple[Member, bytes]]) -> bytes:
    out = io.BytesIO()
    writer = TarWriter(out.write)
    for entry, data in entries:
        writer.add(entry.replace(size=len(data)), data)
    writer.finish()
    return out.getvalue()


def block(path: bytes = b"a", kind: bytes = b"0", **fields: int | bytes) -> bytes:
    return header.build(path, kind, mode=0o644, **fields)  # type: ignore[arg-type]


def extended(records: bytes, kind: bytes = b"x") -> bytes:
    return block(b"x", kind, size=len(records)) + records + bytes(-len(records) % 512)


def gnu_tar(folder: Path, *options: str) -> bytes:
    if shutil.which("tar") is None:
        pytest.skip("no GNU tar on this machine")
    argv = ["tar", "-C", str(folder), "--sort=name", "-cf", "-", *options, "."]
    return subprocess.run(argv, check=True, capture_output=True).stdout


names = st.binary(min_size=1, max_size=300).map(lambda name: name.replace(b"\0", b"0").strip(b"/") or b"n")
entries = st.builds(
    Member,
    path=names,
    kind=st.sampled_from([member.FILE, member.SYMLINK, member.HARDLINK, member.FIFO, member.CHARACTER_DEVICE]),
    mode=st.integers(0, 0o7777),
    uid=st.integers(0, 1 << 32),
    gid=st.integers(0, 1 << 32),
    mtime_ns=st.integers(-(1 << 60), 1 << 63),
    linkpath=names,
    xattrs=st.dictionaries(st.sampled_from(["user.a", "user.ü", "security.capability"]), st.binary(max_size=600)),
)


@given(st.lists(st.tuples(entries, st.binary(max_size=1500)), max_size=5), st.integers(1, 2000))
@settings(deadline=None)
@example([(Member(b"x", mtime_ns=-1), b"")], 1)
def test_what_is_written_is_read_again_exactly(made: list[tuple[Member, bytes]], chunk: int) -> None:
    made = [(entry, data if entry.kind == member.FILE else b"") for entry, data in made]
    expected = [(entry.replace(size=len(data)), data) for entry, data in made]
    assert read(write(made), chunk) == expected


@given(st.lists(st.tuples(entries, st.binary(max_size=1500)), max_size=5))
@settings(deadline=None)
def test_python_reads_what_is_written(made: list[tuple[Member, bytes]]) -> None:
    made = [(entry, data if entry.kind == member.FILE else b"") for entry, data in made]
    with tarfile.open(fileobj=io.BytesIO(write(made)), errors="surrogateescape") as tar:
        found = [(os.fsencode(info.name), info.mode, info.uid, info.size) for info in tar]
    assert found == [(entry.path, entry.mode, entry.uid, len(data)) for entry, data in made]


@pytest.mark.parametrize("dialect", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_reads_each_dialect_that_python_writes(dialect: int) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=dialect) as tar:
        for name, size in (("dir/" + "n" * 90, 3), ("d" * 90 + "/" + "n" * 90, 600), ("plain", 0)):
            info = tarfile.TarInfo(name)
            info.size, info.uid, info.mtime = size, 1000, 1_700_000_000
            tar.addfile(info, io.BytesIO(b"x" * size))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "t" * 99
        tar.addfile(link)
    found = read(out.getvalue())
    assert [entry.path for entry, _ in found] == [
        b"dir/" + b"n" * 90,
        b"d" * 90 + b"/" + b"n" * 90,
        b"plain",
        b"link",
    ]
    assert [len(data) for _, data in found] == [3, 600, 0, 0]
    assert found[0][0].uid == 1000 and found[0][0].mtime_ns == 1_700_000_000 * 10**9
    assert found[3][0].linkpath == b"t" * 99


@pytest.mark.parametrize("dialect", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_reads_names_that_no_header_block_holds(dialect: int) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=dialect) as tar:
        info = tarfile.TarInfo("d/" * 200 + "n" * 255)
        info.type, info.linkname = tarfile.SYMTYPE, "../" * 300
        tar.addfile(info)
    (found,) = members(out.getvalue())
    assert found.path == b"d/" * 200 + b"n" * 255
    assert found.linkpath == b"../" * 300


def test_gnu_numbers_beyond_octal_are_read() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        info = tarfile.TarInfo("x")
        info.uid, info.mtime = 3_000_000_000, -5
        tar.addfile(info)
    (found,) = members(out.getvalue())
    assert (found.uid, found.mtime_ns) == (3_000_000_000, -5_000_000_000)


@pytest.mark.parametrize(
    "text, expected",
    [(b"1.5", 1_500_000_000), (b"-0.25", -250_000_000), (b"7.1234567899", 7_123_456_789), (b"3", 3 * 10**9)],
)
def test_pax_times_keep_nanoseconds(text: bytes, expected: int) -> None:
    assert pax.nanoseconds(text) == expected
    assert pax.nanoseconds(pax.format_nanoseconds(expected)) == expected


def test_global_header_holds_for_all_that_follow_until_overridden() -> None:
    archive = (
        extended(pax.build([(b"uid", b"7"), (b"gid", b"8")]), b"g")
        + block(b"a")
        + extended(pax.build([(b"uid", b"9")]))
        + block(b"b")
        + extended(pax.build([(b"uid", b"")]))
        + block(b"c")
    )
    assert [(m.path, m.uid, m.gid) for m in members(archive)] == [(b"a", 7, 8), (b"b", 9, 8), (b"c", 0, 8)]


def test_both_spellings_of_xattrs_are_read() -> None:
    records = [
        (b"SCHILY.xattr.user.a", b"\x00\xff="),
        (b"LIBARCHIVE.xattr.user.b%20c", b"AAEC"),
        (b"LIBARCHIVE.xattr.user.a", b""),
    ]
    (found,) = members(extended(pax.build(records)) + block())
    assert found.xattrs == {"user.a": b"\x00\xff=", "user.b c": b"\x00\x01\x02"}


def test_a_name_that_ends_in_a_slash_is_a_folder() -> None:
    assert [m.kind for m in members(block(b"d/", b"\0"))] == [member.DIRECTORY]


def test_links_have_no_data_whatever_their_size_says() -> None:
    found = members(block(b"l", b"1", size=600, linkpath=b"a") + block(b"b"))
    assert [(m.path, m.size) for m in found] == [(b"l", 0), (b"b", 0)]


def test_old_checksums_of_signed_bytes_are_accepted() -> None:
    made = bytearray(block(b"\xff\xfe"))
    signed = sum(byte - 256 if byte > 127 else byte for byte in made[:148] + b"        " + made[156:])
    made[148:156] = b"%06o\0 " % signed
    assert members(bytes(made))[0].path == b"\xff\xfe"


def make_sparse(path: Path) -> bytes:
    """Write a file of 3 MiB with four stretches of data, the last at its end; return its content."""
    with path.open("wb") as file:
        for offset in (4096, 1 << 20, 2 << 20, (3 << 20) - 4096):
            file.seek(offset)
            file.write(os.urandom(4096))
    return path.read_bytes()


@pytest.mark.parametrize(
    "options", [["--format=gnu"], *(["--format=pax", f"--sparse-version={v}"] for v in ("0.0", "0.1", "1.0"))]
)
def test_sparse_files_of_gnu_tar_keep_content_and_holes(options: list[str], tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    content = make_sparse(tree / "holes")
    (tree / "later").write_bytes(b"after")
    archive = gnu_tar(tree, "--sparse", *options)
    assert len(archive) < 1 << 20, "tar wrote the holes: this file system cannot hold a sparse file"
    reader = TarReader(source(archive))
    found = {}
    for entry in reader:
        found[entry.path] = entry
        if entry.kind == member.FILE:
            with (tmp_path / entry.path.decode().removeprefix("./")).open("wb") as out:
                reader.copy_to(out.fileno())
    assert found[b"./holes"].size == 3 << 20
    assert (tmp_path / "holes").read_bytes() == content
    assert (tmp_path / "holes").stat().st_blocks * 512 < 1 << 20
    assert (tmp_path / "later").read_bytes() == b"after"


def test_gnu_sparse_file_with_many_extents_is_read(tmp_path: Path) -> None:
    with (tmp_path / "holes").open("wb") as file:
        for number in range(100):
            file.seek(number * 65536)
            file.write(b"x" * 4096)
    for options in (["--format=gnu"], ["--format=pax"]):
        archive = gnu_tar(tmp_path, "--sparse", *options)
        holes = next(m for m in members(archive) if m.path == b"./holes")
        assert holes.extents is not None and len(holes.extents) >= 100


def test_a_sparse_file_is_written_so_that_gnu_tar_and_python_restore_it(tmp_path: Path) -> None:
    content = make_sparse(tmp_path / "holes")
    extents = tuple((offset, 4096) for offset in (4096, 1 << 20, 2 << 20, (3 << 20) - 4096))
    out = io.BytesIO()
    writer = TarWriter(out.write)
    with (tmp_path / "holes").open("rb") as file:
        writer.add_file(Member(b"deep/holes", size=len(content), extents=extents), file.fileno())
    writer.add(Member(b"next"), b"")
    writer.finish()
    assert [m.path for m in members(out.getvalue())] == [b"deep/holes", b"next"]
    with tarfile.open(fileobj=io.BytesIO(out.getvalue())) as tar:
        extracted = tar.extractfile("deep/holes")
        assert extracted is not None and extracted.read() == content
    if shutil.which("tar"):
        argv = ["tar", "-xOf", "-", "deep/holes"]
        assert subprocess.run(argv, input=out.getvalue(), check=True, capture_output=True).stdout == content


def test_large_members_of_a_file_are_copied_whole(tmp_path: Path) -> None:
    big = os.urandom(KERNEL_COPY * 3 + 77)
    archive = write([(Member(b"small"), b"1"), (Member(b"big"), big), (Member(b"after"), b"22")])
    (tmp_path / "a.tar").write_bytes(b"before" + archive)
    with (tmp_path / "a.tar").open("rb") as file:
        reader = TarReader(FileSource(file.fileno(), len(b"before"), len(archive)))
        for entry in reader:
            with (tmp_path / entry.path.decode()).open("wb") as out:
                reader.copy_to(out.fileno())
        reader.source.drain()
        assert reader.source.position == len(archive)
    assert (tmp_path / "big").read_bytes() == big
    assert (tmp_path / "after").read_bytes() == b"22"


@pytest.mark.parametrize("end", [100, 512, 700, 1024 + 511])
def test_a_cut_archive_is_reported_with_the_position(end: int, tmp_path: Path) -> None:
    archive = block(b"a", size=1000) + bytes(1024) + block(b"b")
    (tmp_path / "a.tar").write_bytes(archive[:end])
    with (tmp_path / "a.tar").open("rb") as file:
        for opened in (source(archive[:end], 64), FileSource(file.fileno(), 0, end)):
            with pytest.raises(ArchiveError, match=f"cut off.* byte {end}"):
                list(TarReader(opened))


def test_a_damaged_header_is_reported_with_the_position() -> None:
    archive = block(b"a") + block(b"b").replace(b"b", b"c", 1)
    with pytest.raises(ArchiveError, match="header at byte 512 is wrong: its checksum"):
        members(archive)


def test_something_else_is_no_tar_archive() -> None:
    with pytest.raises(ArchiveError, match="no tar archive"):
        members(b"<html>" + b"x" * 1000)


@pytest.mark.parametrize(
    "records",
    [
        b"5 a=b\n",
        b"999 path=x\n",
        b"x path=y\n",
        b"12 path=yyyyyyy",
        b"8 path\n\n",
        b"0 path=a\n",
        b"-8 a=b\n\n",
        b"6 =b\n\n",
    ],
)
def test_broken_extended_headers_are_refused(records: bytes) -> None:
    with pytest.raises(ArchiveError, match="extended header"):
        members(extended(records) + block())


@pytest.mark.parametrize(
    "keyword, value",
    [(b"size", b"-1"), (b"uid", b"1e5"), (b"mtime", b"noon"), (b"path", b"a\0b"), (b"size", b"9" * 30)],
)
def test_nonsense_in_extended_headers_is_refused(keyword: bytes, value: bytes) -> None:
    with pytest.raises(ArchiveError, match="extended header"):
        members(extended(pax.build([(keyword, value)])) + block())


@pytest.mark.parametrize("kind", [b"x", b"g", b"L", b"K"])
def test_an_extended_header_has_a_limit(kind: bytes) -> None:
    with pytest.raises(ArchiveError, match=f"{pax.LIMIT} are allowed"):
        members(block(b"x", kind, size=pax.LIMIT + 1))


def test_a_path_has_a_limit() -> None:
    with pytest.raises(ArchiveError, match="longer than 4095 bytes"):
        members(extended(pax.build([(b"path", b"p/" * 2048)])) + block())
    assert len(members(extended(pax.build([(b"path", b"p" * 4095)])) + block())) == 1


def test_members_have_a_limit() -> None:
    with pytest.raises(ArchiveError, match="more than 3 members"):
        list(TarReader(source(block() * 4), max_members=3))


def test_headers_of_extensions_count_as_members() -> None:
    with pytest.raises(ArchiveError, match="more than 3 members"):
        list(TarReader(source(extended(b"6 a=b\n") * 4 + block()), max_members=3))


@pytest.mark.parametrize(
    "records",
    [
        [(b"GNU.sparse.map", b"0,10,5,10"), (b"GNU.sparse.size", b"100")],
        [(b"GNU.sparse.map", b"0,10,95,10"), (b"GNU.sparse.size", b"100")],
        [(b"GNU.sparse.map", b"0,10,95"), (b"GNU.sparse.size", b"100")],
        [(b"GNU.sparse.map", b"0,99"), (b"GNU.sparse.size", b"100")],
        [(b"GNU.sparse.map", b"0,20")],
        [(b"GNU.sparse.major", b"1"), (b"GNU.sparse.realsize", b"5")],
    ],
)
def test_wrong_sparse_maps_are_refused(records: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(ArchiveError, match="sparse file"):
        members(extended(pax.build(records)) + block(size=20) + bytes(512))


@pytest.mark.parametrize(
    "data", [b"9 path=a\nx" + b"y" * 20 + b"\n", b"9 path=a\n0 b=c\n", b" path=a\n", b"9 path=a\n\n"]
)
def test_a_record_without_a_length_is_refused_and_not_read_for_ever(data: bytes) -> None:
    with pytest.raises(ArchiveError, match="extended header at byte 7 is wrong"):
        pax.parse(data, 7)


@given(st.data())
@settings(deadline=None, max_examples=300)
def test_no_damage_raises_anything_but_archive_error(data: st.DataObject) -> None:
    archive = bytearray(
        extended(pax.build([(b"path", b"x" * 120), (b"mtime", b"1.5"), (b"SCHILY.xattr.user.a", b"b")]))
        + block(b"a", size=5)
        + bytes(512)
        + extended(pax.build([(b"GNU.sparse.map", b"0,10"), (b"GNU.sparse.size", b"100")]))
        + block(size=10)
        + bytes(512)
        + block(b"x", b"L", size=5)
        + bytes(512)
        + block(b"l", b"2", linkpath=b"x")
    )
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(archive) - 1))
        archive[at] = data.draw(st.integers(0, 255))
        start = at - at % 512
        if data.draw(st.booleans()):  # mend the checksum, so that the damage is looked at
            fixed = archive[start : start + 148] + b"        " + archive[start + 156 : start + 512]
            archive[start + 148 : start + 156] = b"%06o\0 " % sum(fixed)
    try:
        read(bytes(archive))
    except ArchiveError:
        pass


@given(names, st.integers(0, 0o7777), st.integers(0, 1 << 22), st.integers(-(10**9), 1 << 63), st.binary(max_size=1100))
def test_a_plain_file_is_written_to_the_same_bytes_in_the_short_way(
    name: bytes, mode: int, owner: int, mtime_ns: int, data: bytes
) -> None:
    out = io.BytesIO()
    writer = TarWriter(out.write)
    if writer.add_plain(name, mode, owner, owner, mtime_ns, data):
        writer.finish()
        assert out.getvalue() == write([(Member(name, member.FILE, mode, owner, owner, 0, mtime_ns), data)])
    else:
        assert len(name) > 100 or owner > 0o7777777 or not 0 <= mtime_ns // 10**9 <= 0o77777777777
        assert out.getvalue() == b""
