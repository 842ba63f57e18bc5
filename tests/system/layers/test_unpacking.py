"""Unpacked exactly as the archive says."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import subprocess
import tarfile
from pathlib import Path

import pytest

from pod.oci.digest import Digest
from pod.storage.layers import LayerStore
from pod.storage.tar.member import Member
from tests.support import debian
from tests.support.inside import in_namespace
from tests.support.layers import (
    NET_RAW,
    add,
    add_members,
    repack,
    with_xattrs,
)
from tests.support.members import (
    EPOCH,
    directory,
    fifo,
    file,
    hardlink,
    symlink,
)


@in_namespace
def test_modes_owners_and_contents_are_those_of_the_archive(store: LayerStore) -> None:
    folder = add_members(
        store,
        [
            directory("d", mode=0o2775, uid=8, gid=8),
            file("d/mail", b"post", mode=0o640, uid=33, gid=4),
            file("su", b"", mode=0o6755, uid=1, gid=2),
            directory("tmp", mode=0o1777),
            file("closed", b"x", mode=0),
            directory("locked", mode=0o555),
            file("locked/inside", b"y", mode=0o444),
        ],
    )

    def of(name: str) -> tuple[int, int, int]:
        info = os.lstat(f"{folder}/{name}")
        return stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid

    assert of("d") == (0o2775, 8, 8)
    assert of("d/mail") == (0o640, 33, 4)
    assert of("su") == (0o6755, 1, 2), "chown(2) clears these bits: they must be set after it"
    assert of("tmp") == (0o1777, 0, 0)
    assert of("closed") == (0, 0, 0)
    assert of("locked") == (0o555, 0, 0)
    assert of("locked/inside") == (0o444, 0, 0)
    assert Path(folder, "d/mail").read_bytes() == b"post"


@in_namespace
def test_files_in_a_group_folder_keep_their_own_group(store: LayerStore) -> None:
    folder = add_members(store, [directory("g", mode=0o2755, gid=50), file("g/f"), directory("g/d"), file("g/d/f")])
    for name in ("g/f", "g/d", "g/d/f"):
        assert os.lstat(f"{folder}/{name}").st_gid == 0
    assert stat.S_IMODE(os.lstat(f"{folder}/g/d").st_mode) == 0o755


@in_namespace
def test_times_are_kept_to_the_nanosecond_of_folders_and_links_too(store: LayerStore) -> None:
    nanoseconds = 1_600_000_000_123_456_789
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for entry in (directory("d"), file("d/f"), symlink("d/l", "f"), fifo("d/p"), file("d/last")):
            entry.info.pax_headers = {"mtime": "1600000000.123456789"}
            tar.addfile(entry.info, io.BytesIO(entry.data))
    folder = add(store, out.getvalue())
    for name in ("d", "d/f", "d/l", "d/p"):
        assert os.lstat(f"{folder}/{name}").st_mtime_ns == nanoseconds, name


@in_namespace
def test_hard_links_are_one_file_across_folders(store: LayerStore) -> None:
    folder = add_members(
        store,
        [
            directory("a"),
            directory("b"),
            file("a/one", b"same", uid=5),
            hardlink("b/two", "a/one"),
            hardlink("three", "./b/two"),
            symlink("a/link", "one"),
            hardlink("b/link", "/a/link"),
            hardlink("a/one", "a/one"),
        ],
    )
    info = os.lstat(f"{folder}/a/one")
    assert info.st_nlink == 3 and info.st_uid == 5
    assert os.path.samestat(info, os.lstat(f"{folder}/b/two")) and os.path.samestat(info, os.lstat(f"{folder}/three"))
    assert os.readlink(f"{folder}/b/link") == "one"
    assert os.lstat(f"{folder}/b/link").st_nlink == 2


@in_namespace
def test_links_and_pipes_are_made_as_named(store: LayerStore) -> None:
    folder = add_members(
        store, [symlink("abs", "/etc/passwd", uid=7, gid=8), symlink("up", "../../x"), fifo("p", mode=0o620)]
    )
    assert os.readlink(f"{folder}/abs") == "/etc/passwd"
    assert (os.lstat(f"{folder}/abs").st_uid, os.lstat(f"{folder}/abs").st_gid) == (7, 8)
    assert os.readlink(f"{folder}/up") == "../../x"
    assert stat.S_ISFIFO(os.lstat(f"{folder}/p").st_mode) and stat.S_IMODE(os.lstat(f"{folder}/p").st_mode) == 0o620


@in_namespace
def test_attributes_and_capabilities_are_set(store: LayerStore) -> None:
    entry = file("ping", b"x", mode=0o755, uid=3)
    data = with_xattrs(entry, {"user.note": b"\x00\xff", "security.capability": NET_RAW})
    folder = add(store, data)
    assert os.getxattr(f"{folder}/ping", "user.note") == b"\x00\xff"
    assert os.getxattr(f"{folder}/ping", "security.capability")[:8] == NET_RAW[:8]
    (found,) = [m for m in repack(folder) if m.path == b"ping"]
    assert found.xattrs == {"user.note": b"\x00\xff", "security.capability": NET_RAW}


@in_namespace
def test_the_root_entry_gives_the_root_its_mode_owner_and_time(store: LayerStore) -> None:
    folder = add_members(store, [directory("./", mode=0o711, uid=9), file("f")])
    info = os.lstat(folder)
    assert (stat.S_IMODE(info.st_mode), info.st_uid, info.st_mtime) == (0o711, 9, EPOCH)


@in_namespace
def test_missing_parents_are_made_for_everyone_to_pass(store: LayerStore) -> None:
    folder = add_members(store, [file("a/b/c", b"x"), hardlink("d/e", "a/b/c"), symlink("f/g", "x"), directory("h/i")])
    for name in ("a", "a/b", "d", "f", "h"):
        info = os.lstat(f"{folder}/{name}")
        assert stat.S_ISDIR(info.st_mode) and stat.S_IMODE(info.st_mode) == 0o755 and info.st_uid == 0


@in_namespace
def test_odd_names_are_kept_byte_by_byte(store: LayerStore) -> None:
    names = [b"new\nline", b"\xff\xfe", b" ", b"n" * 255, b"-rf", b"a\\b", "ü".encode(), b"..data", b".whx"]
    out = io.BytesIO()
    from pod.storage.tar.writer import TarWriter

    writer = TarWriter(out.write)
    for name in names:
        writer.add(Member(b"d/" + name), b"")
    writer.finish()
    folder = add(store, out.getvalue())
    assert sorted(os.listdir(os.fsencode(folder) + b"/d")) == sorted(names)


@in_namespace
def test_sparse_files_keep_their_holes(store: LayerStore, scratch: Path) -> None:
    tree = scratch / "sparse"
    tree.mkdir()
    with (tree / "holes").open("wb") as stream:
        stream.seek(40 << 20)
        stream.write(b"end")
    data = subprocess.run(["tar", "-C", tree, "--sparse", "-cf", "-", "holes"], capture_output=True, check=True).stdout
    assert len(data) < 1 << 20
    folder = add(store, data)
    info = os.lstat(f"{folder}/holes")
    assert info.st_size == (40 << 20) + 3 and info.st_blocks * 512 < 1 << 20
    (found,) = [m for m in repack(folder) if m.path == b"holes"]
    assert found.size == info.st_size and found.stored < 1 << 20


@in_namespace
def test_a_later_member_replaces_an_earlier_one_of_its_name(store: LayerStore) -> None:
    folder = add_members(
        store,
        [
            directory("was-folder", mode=0o700),
            file("was-folder/gone", b"x"),
            file("was-folder", b"file", mode=0o600),
            file("was-file", b"x", uid=5),
            directory("was-file", mode=0o750),
            file("was-file/new", b"y"),
            symlink("was-link", "was-file"),
            file("was-link", b"z"),
            file("twice", b"longer content", mode=0o777, uid=4),
            file("twice", b"short", mode=0o600),
            directory("kept"),
            file("kept/a", b"a"),
            directory("kept", mode=0o711),
        ],
    )
    assert Path(folder, "was-folder").read_bytes() == b"file"
    assert stat.S_IMODE(os.lstat(f"{folder}/was-folder").st_mode) == 0o600
    assert os.listdir(f"{folder}/was-file") == ["new"] and os.lstat(f"{folder}/was-file").st_uid == 0
    assert Path(folder, "was-link").read_bytes() == b"z" and not os.path.islink(f"{folder}/was-link")
    assert Path(folder, "twice").read_bytes() == b"short" and os.lstat(f"{folder}/twice").st_uid == 0
    assert os.listdir(f"{folder}/kept") == ["a"] and stat.S_IMODE(os.lstat(f"{folder}/kept").st_mode) == 0o711


@pytest.fixture
def debian_tarball() -> Path:
    try:
        return debian.root_filesystem()
    except debian.NoDebian as reason:
        pytest.skip(str(reason))


@in_namespace
def test_a_real_debian_is_unpacked_as_gnu_tar_does_it(store: LayerStore, scratch: Path, debian_tarball: Path) -> None:
    peer = scratch / "peer"
    peer.mkdir(mode=0o755)
    subprocess.run(["tar", "-C", peer, "--exclude=./dev/*", "--xattrs", "-xpf", debian_tarball], check=True)
    with debian_tarball.open("rb") as stream:
        digest = Digest(hashlib.file_digest(stream, "sha256").hexdigest())
    store.add(digest, lambda: debian_tarball.open("rb"), single_id=False)
    ours, theirs = _listing(store.path(digest)), _listing(str(peer))
    assert len(ours) > 5000
    assert {name: (value, theirs.get(name)) for name, value in ours.items() if theirs.get(name) != value} == {}
    assert ours.keys() == theirs.keys()


def _listing(folder: str) -> dict[str, tuple[object, ...]]:
    """Return what can be seen of a tree, but for /dev: tar may not make its device nodes here."""
    found: dict[str, tuple[object, ...]] = {}
    for path, _folders, names in os.walk(folder):
        for name in [".", *names]:
            full = os.path.normpath(os.path.join(path, name))
            info = os.lstat(full)
            kind = stat.S_IFMT(info.st_mode)
            content: object = os.readlink(full) if stat.S_ISLNK(info.st_mode) else ""
            if stat.S_ISREG(info.st_mode):
                content = hashlib.sha256(Path(full).read_bytes()).hexdigest()
            links = info.st_nlink if kind != stat.S_IFDIR else 0
            relative = os.path.relpath(full, folder)
            if relative.partition("/")[0] != "dev":
                time = int(info.st_mtime)
                found[relative] = (oct(info.st_mode), info.st_uid, info.st_gid, links, time, content)
    return found
