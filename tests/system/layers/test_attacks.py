"""Nothing that an archive says reaches outside its layer."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pod.errors import ArchiveError
from pod.storage.layers import LayerStore
from tests.support.inside import in_namespace
from tests.support.layers import (
    add,
    add_members,
    digest_of,
    leftovers,
    with_xattrs,
)
from tests.support.members import Member as TarMember
from tests.support.members import (
    device,
    directory,
    fifo,
    file,
    hardlink,
    layer,
    symlink,
)


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
