"""Layers: unpacked exactly as their archives say, confined to their folder, and complete or not there at all."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import os
import stat
import struct
import subprocess
import tarfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
import zstandard

from pod.errors import ArchiveError, DigestMismatch, StorageError
from pod.linux import syscalls as sc
from pod.oci.digest import Digest
from pod.storage import owners
from pod.storage.layers import Layer, LayerStore
from pod.storage.layout import StorageLayout
from pod.storage.pack import pack
from pod.storage.tar import member
from pod.storage.tar.member import Member
from pod.storage.tar.reader import TarReader
from pod.storage.tar.source import Source
from tests.support import debian, folders, inside, users
from tests.support.inside import in_namespace
from tests.support.members import (
    EPOCH,
    device,
    directory,
    fifo,
    file,
    hardlink,
    layer,
    opaque,
    symlink,
    whiteout,
)
from tests.support.members import Member as TarMember

NO_CAPABILITY = b"\x01\x00\x00\x02" + bytes(16)
NET_RAW = struct.pack("<5I", 0x02000001, 1 << 13, 0, 0, 0)  # as setcap(8) writes cap_net_raw=ep, capabilities(7)


@pytest.fixture
def store(scratch: Path) -> Iterator[LayerStore]:
    folder = scratch / "layers"
    folder.mkdir()
    yield LayerStore(StorageLayout(str(folder / "s"), str(folder / "r")))
    folders.remove(folder)


def digest_of(data: bytes) -> Digest:
    return Digest(hashlib.sha256(data).hexdigest())


def add(store: LayerStore, data: bytes, **options: bool | int) -> str:
    """Add an uncompressed archive as a layer and return its folder."""
    digest = digest_of(data)
    store.add(digest, lambda: io.BytesIO(data), **{"single_id": False, **options})  # type: ignore[arg-type]
    return store.path(digest)


def add_members(store: LayerStore, members: Iterable[TarMember], **options: bool | int) -> str:
    return add(store, layer(members), **options)


def repack(folder: str, kept: owners.Owners | None = None) -> list[Member]:
    out = io.BytesIO()
    pack(folder, out.write, kept or {})
    out.seek(0)
    return list(TarReader(Source(out.read)))


def is_whiteout(path: str) -> bool:
    info = os.lstat(path)
    return stat.S_ISCHR(info.st_mode) and info.st_rdev == 0


def is_opaque(path: str) -> bool:
    try:
        return os.getxattr(path, "user.overlay.opaque") == b"y"
    except OSError:
        return False


def leftovers(store: LayerStore) -> list[str]:
    found = []
    for folder in (store.layout.layers, store.layout.staging, store.layout.trash):
        if os.path.isdir(folder):
            found += [f"{folder}/{name}" for name in os.listdir(folder)]
    return found


# exactness


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


def with_xattrs(entry: TarMember, xattrs: dict[str, bytes]) -> bytes:
    from pod.storage.tar.writer import TarWriter

    out = io.BytesIO()
    writer = TarWriter(out.write)
    info = entry.info
    made = Member(info.name.encode(), member.FILE, info.mode, info.uid, info.gid, len(entry.data), xattrs=xattrs)
    writer.add(made, entry.data)
    writer.finish()
    return out.getvalue()


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


# whiteouts


@in_namespace
@pytest.mark.parametrize("order", [1, -1])
def test_whiteouts_and_opaque_folders_in_either_order(store: LayerStore, order: int) -> None:
    members = [whiteout("gone"), whiteout("sub/deep/gone"), opaque("op"), file("op/own", b"x"), file("other", b"y")]
    folder = add_members(store, [directory("op"), *members[::order]])
    assert is_whiteout(f"{folder}/gone") and is_whiteout(f"{folder}/sub/deep/gone")
    assert is_opaque(f"{folder}/op") and os.listdir(f"{folder}/op") == ["own"]
    assert not is_opaque(f"{folder}/sub/deep")


@in_namespace
@pytest.mark.parametrize("order", [1, -1])
def test_what_a_layer_has_itself_is_not_hidden_by_its_own_whiteout(store: LayerStore, order: int) -> None:
    folder = add_members(store, [file("f", b"new"), whiteout("f")][::order])
    assert Path(folder, "f").read_bytes() == b"new"
    folder = add_members(store, [directory("d", mode=0o700), whiteout("d")][::order])
    assert is_opaque(f"{folder}/d") and stat.S_IMODE(os.lstat(f"{folder}/d").st_mode) == 0o700
    folder = add_members(store, [symlink("l", "x"), whiteout("l")][::order])
    assert os.readlink(f"{folder}/l") == "x"


@in_namespace
def test_a_file_below_a_removed_folder_makes_it_a_new_folder(store: LayerStore) -> None:
    folder = add_members(store, [whiteout("d"), file("d/e/f", b"x")])
    assert is_opaque(f"{folder}/d") and Path(folder, "d/e/f").read_bytes() == b"x"


@in_namespace
def test_an_opaque_root_and_aufs_own_files(store: LayerStore) -> None:
    notes: list[str] = []
    data = layer([file(".wh..wh..opq"), file(".wh..wh.plnk/1.2", b"x"), file(".wh..wh.aufs"), file("f")])
    digest = digest_of(data)
    store.add(digest, lambda: io.BytesIO(data), single_id=False, note=notes.append)
    folder = store.path(digest)
    assert is_opaque(folder)
    assert "f" in os.listdir(folder) and ".wh..wh.aufs" not in os.listdir(folder)
    assert any(".wh..wh.aufs" in note for note in notes)


@in_namespace
@pytest.mark.parametrize("name", [".wh.", ".wh...", "a/.wh..", "a/.wh."])
def test_a_whiteout_of_no_name_is_refused(store: LayerStore, name: str) -> None:
    with pytest.raises(ArchiveError, match="no valid whiteout"):
        add_members(store, [file(name)])


# packing again


@in_namespace
def test_packing_gives_back_what_was_unpacked(store: LayerStore) -> None:
    members = [
        directory("b", mode=0o2750, uid=3, gid=4),
        opaque("b"),
        file("b/f", b"content", mode=0o4711, uid=5, gid=6, xattrs={"user.x": "y"}),
        fifo("b/p"),
        symlink("b/s", "f", uid=7),
        whiteout("gone"),
        hardlink("z", "b/f", mode=0o4711),
    ]
    folder = add_members(store, members)
    found = {m.path: m for m in repack(folder)}
    assert list(found) == [b"./", b"b/", b"b/.wh..wh..opq", b"b/f", b"b/p", b"b/s", b".wh.gone", b"z"]
    assert (found[b"b/"].mode, found[b"b/"].uid, found[b"b/"].gid) == (0o2750, 3, 4)
    assert found[b"b/f"].replace(size=0) == Member(
        b"b/f", member.FILE, 0o4711, 5, 6, 0, EPOCH * 10**9, xattrs={"user.x": b"y"}
    )
    assert found[b"z"].kind == member.HARDLINK and found[b"z"].linkpath == b"b/f"
    assert found[b"b/p"].kind == member.FIFO and found[b"b/s"].linkpath == b"f" and found[b"b/s"].uid == 7


@in_namespace
def test_packing_twice_gives_the_same_bytes(store: LayerStore) -> None:
    folder = add_members(store, [file(f"d{n % 7}/f{n}", bytes([n]), mtime=EPOCH + n / 8) for n in range(100)])
    first, second = io.BytesIO(), io.BytesIO()
    packed = pack(folder, first.write)
    pack(folder, second.write)
    assert first.getvalue() == second.getvalue()
    assert packed.size == 100
    copy = add(store, first.getvalue())
    third = io.BytesIO()
    pack(copy, third.write)
    assert third.getvalue() == first.getvalue()


@in_namespace
def test_an_upper_folder_becomes_the_layer_that_it_packs_to(store: LayerStore) -> None:
    upper = f"{store.layout.root}/upper"
    os.makedirs(f"{upper}/etc")
    Path(upper, "etc/new").write_text("x")
    os.mknod(f"{upper}/etc/gone", stat.S_IFCHR, 0)
    os.setxattr(f"{upper}/etc", "user.fuseoverlayfs.opaque", b"y")
    os.setxattr(f"{upper}/etc", "user.overlay.origin", b"secret")
    made = store.adopt(upper)
    assert store.has(made.diff_id) and not os.path.exists(upper)
    folder = store.path(made.diff_id)
    out = io.BytesIO()
    pack(folder, out.write)
    assert digest_of(out.getvalue()) == made.diff_id
    assert os.listxattr(f"{folder}/etc") == ["user.overlay.opaque"]
    assert [m.path for m in repack(folder)][1:] == [b"etc/", b"etc/.wh..wh..opq", b"etc/.wh.gone", b"etc/new"]


# without subordinate ids


@in_namespace
@pytest.mark.parametrize("single_id", [True])
def test_without_subordinate_ids_the_true_owners_are_recorded_and_given_back(
    store: LayerStore, single_id: bool
) -> None:
    members = [
        directory("mail", mode=0o2775, gid=8),
        file("mail/box", b"x", uid=1000, gid=8),
        file("su", b"x", mode=0o4755),
        file("chage", b"x", mode=0o2755, gid=42),
        hardlink("a-chage", "chage", mode=0o2755),
        symlink("link", "x", uid=3),
        file("plain", b"x"),
        file("replaced", b"x", uid=77),
        file("replaced", b"y"),
    ]
    data = layer(members)
    made = store.add(digest_of(data), lambda: io.BytesIO(data), single_id=single_id)
    folder = store.path(digest_of(data))
    assert made.single_id
    assert os.lstat(f"{folder}/mail/box").st_uid == 0
    assert stat.S_IMODE(os.lstat(f"{folder}/su").st_mode) == 0o4755
    kept = owners.read(os.path.dirname(folder))
    assert sorted(kept) == [b"a-chage", b"chage", b"link", b"mail", b"mail/box"]
    found = {m.path: (m.uid, m.gid, m.mode) for m in repack(folder, kept)}
    assert found[b"mail/"] == (0, 8, 0o2775) and found[b"mail/box"] == (1000, 8, 0o644)
    assert found[b"a-chage"] == (0, 42, 0o2755) and found[b"link"][0] == 3 and found[b"replaced"][0] == 0


def test_owners_are_given_back_when_the_user_gets_subordinate_ids(store: LayerStore) -> None:
    if not users.has_subordinate_ids():
        pytest.skip("this user has no subordinate ids in /etc/subuid and /etc/subgid")
    members = [
        directory("d", mode=0o2775, gid=8),
        file("d/f", b"x", mode=0o4711, uid=5),
        symlink("l", "x", uid=3),
        file("beyond", uid=3_000_000_000),
    ]
    data = layer(members)
    digest = digest_of(data)

    def restore() -> None:
        assert store.lacks_owners(digest)
        store.restore_owners(digest)
        assert not store.lacks_owners(digest)
        found = {m.path: (m.uid, m.gid, m.mode) for m in repack(store.path(digest))}
        assert found[b"d/"] == (0, 8, 0o2775) and found[b"d/f"] == (5, 0, 0o4711) and found[b"l"][0] == 3
        assert list(owners.read(store.layout.layer(digest))) == [b"beyond"]

    inside.run(lambda: store.add(digest, lambda: io.BytesIO(data), single_id=True), single_id=True)
    inside.run(restore)


@in_namespace
def test_an_owner_beyond_the_map_is_recorded_and_lends_no_rights(store: LayerStore) -> None:
    members = [file("su", b"x", mode=0o6755, uid=3_000_000_000, gid=5), file("all", uid=4294967295, gid=4294967295)]
    folder = add_members(store, members)
    info = os.lstat(f"{folder}/su")
    assert info.st_uid == 0 and stat.S_IMODE(info.st_mode) == 0o755, "a program of somebody's must not become root's"
    found = {m.path: (m.uid, m.gid, m.mode) for m in repack(folder, owners.read(os.path.dirname(folder)))}
    assert found[b"su"] == (3_000_000_000, 5, 0o6755)
    assert found[b"all"][:2] == (4294967295, 4294967295)


# attacks


def plant(store: LayerStore) -> Path:
    """Make a file that attacks aim at, beside the layers."""
    target = Path(store.layout.root).parent / "target"
    target.mkdir(exist_ok=True)
    (target / "file").write_text("untouched")
    return target


ATTACKS: dict[str, Callable[[str], list[TarMember]]] = {
    "dots": lambda t: [file("../" * 20 + t + "/file", b"evil")],
    "dots in the middle": lambda t: [directory("a"), file("a/" + "../" * 20 + t + "/file", b"evil")],
    "absolute": lambda t: [file(f"{t}/file", b"evil")],
    "through a link": lambda t: [symlink("l", t), file("l/file", b"evil")],
    "through a relative link": lambda t: [symlink("l", "../" * 30 + t[1:]), file("l/file", b"evil")],
    "link chain": lambda t: [symlink("a", ".."), symlink("b", "a/a/a/a/a/a/a/a/a"), file(f"b{t}/file", b"evil")],
    "over a link": lambda t: [symlink("l", f"{t}/file"), file("l", b"evil")],
    "hard link": lambda t: [hardlink("h", f"{t}/file"), file("h", b"evil")],
    "hard link by dots": lambda t: [hardlink("h", "../" * 30 + t + "/file")],
    "hard link through a link": lambda t: [symlink("l", t), hardlink("h", "l/file"), file("h", b"evil")],
    "folder mode through a link": lambda t: [symlink("l", t), directory("l", mode=0o777)],
    "whiteout through a link": lambda t: [symlink("l", t), file("l/.wh.file")],
    "opaque through a link": lambda t: [symlink("l", t), file("l/.wh..wh..opq")],
    "time through a replaced folder": lambda t: [directory("d", mtime=1), symlink("d", t)],
    "fifo": lambda t: [fifo("p"), symlink("q", t), hardlink("q", "p"), file("q", b"not blocking")],
    "proc": lambda t: [symlink("l", "/proc/self/root" + t), file("l/file", b"evil")],
    "working folder": lambda t: [symlink("l", "/proc/self/cwd/../../.."), file(f"l{t}/file", b"evil")],
}


@in_namespace
@pytest.mark.parametrize("attack", ATTACKS)
def test_no_archive_reaches_outside_its_layer(store: LayerStore, attack: str) -> None:
    target = plant(store)
    before = os.lstat(target), os.lstat(target / "file")
    try:
        add_members(store, ATTACKS[attack](str(target)))
    except ArchiveError:
        pass
    assert (target / "file").read_text() == "untouched"
    after = os.lstat(target), os.lstat(target / "file")
    for old, new in zip(before, after, strict=True):
        assert (old.st_mode, old.st_nlink, old.st_mtime_ns) == (new.st_mode, new.st_nlink, new.st_mtime_ns)
    assert os.listdir(target) == ["file"] and os.listxattr(target) == []


@in_namespace
def test_dots_and_slashes_stay_below_the_root(store: LayerStore) -> None:
    folder = add_members(store, [file("/abs", b"1"), file("../../up", b"2"), file("a/../b//./c", b"3")])
    assert sorted(os.listdir(folder)) == ["abs", "b", "up"]
    assert Path(folder, "b/c").read_bytes() == b"3"


@in_namespace
def test_devices_are_left_out_with_a_note(store: LayerStore) -> None:
    notes: list[str] = []
    data = layer([device("dev/null", 1, 3), device("dev/sda", 8, 0, block=True), device("dev/white", 0, 0), file("f")])
    store.add(digest_of(data), lambda: io.BytesIO(data), single_id=False, note=notes.append)
    folder = store.path(digest_of(data))
    assert os.listdir(folder) == ["f"]
    assert notes[:2] == ["'dev/null': a character device is left out", "'dev/sda': a block device is left out"]


@in_namespace
@pytest.mark.parametrize(
    "name",
    [
        "user.overlay.opaque",
        "user.overlay.redirect",
        "user.fuseoverlayfs.override_stat",
        "trusted.overlay.opaque",
        "user.containers.override_stat",
        "security.selinux",
    ],
)
def test_an_image_cannot_forge_the_books_of_an_overlay(store: LayerStore, name: str) -> None:
    folder = add(store, with_xattrs(file("f"), {name: b"y", "user.mine": b"1"}))
    assert os.listxattr(f"{folder}/f") == ["user.mine"]


@in_namespace
def test_a_hard_link_to_a_file_of_another_layer_is_refused(store: LayerStore) -> None:
    with pytest.raises(ArchiveError, match="'bin/b' is a hard link to 'bin/a', which is not in this layer"):
        add_members(store, [directory("bin"), hardlink("bin/b", "bin/a")])
    with pytest.raises(ArchiveError, match="which is no file"):
        add_members(store, [directory("bin"), hardlink("b", "bin")])


@in_namespace
@pytest.mark.parametrize(
    "members, message",
    [
        ([file("a", b"x"), file("a/b", b"y")], "cannot unpack the file 'a/b': Not a directory"),
        ([symlink("a", "a"), file("a/b")], "cannot unpack the file 'a/b': Too many levels of symbolic links"),
        ([symlink("a", "nowhere"), file("a/b")], "cannot unpack the file 'a/b': No such file or directory"),
        ([file("n" * 256)], "File name too long"),
        ([file(".", b"x")], "a file in place of its root"),
        ([symlink("a", "")], "cannot unpack the symlink 'a'"),
    ],
)
def test_an_impossible_archive_is_refused_with_the_name(
    store: LayerStore, members: list[TarMember], message: str
) -> None:
    with pytest.raises(ArchiveError, match=message):
        add_members(store, members)
    assert leftovers(store) == []


@in_namespace
def test_a_tree_deep_through_links_can_be_unpacked_and_removed(store: LayerStore) -> None:
    members = [directory("d/" * 300)]
    for number in range(4):
        members += [symlink(f"l{number}", "d/" * 300 if number == 0 else f"l{number - 1}/" + "d/" * 300)]
        members += [directory(f"l{number}/" + "d/" * 300)]
    data = layer(members)
    store.add(digest_of(data), lambda: io.BytesIO(data), single_id=False)
    store.remove(digest_of(data))
    assert leftovers(store) == []


# whole or not at all


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


# the store


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
