"""A layer that is packed again gives back its archive."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

from pod.storage.layers import LayerStore
from pod.storage.pack import pack
from pod.storage.tar import member
from pod.storage.tar.member import Member
from tests.support.inside import in_namespace
from tests.support.layers import (
    add,
    add_members,
    digest_of,
    repack,
)
from tests.support.members import (
    EPOCH,
    directory,
    fifo,
    file,
    hardlink,
    opaque,
    symlink,
    whiteout,
)


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
