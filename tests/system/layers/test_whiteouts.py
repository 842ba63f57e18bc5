"""What a layer takes away from those below, in either order and spelling."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

import pytest

from pod.errors import ArchiveError
from pod.storage.layers import LayerStore
from tests.support.inside import in_namespace
from tests.support.layers import (
    add_members,
    digest_of,
    is_opaque,
    is_whiteout,
)
from tests.support.members import (
    directory,
    file,
    layer,
    opaque,
    symlink,
    whiteout,
)


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
