"""Owners that the disk cannot hold are recorded and given back."""

from __future__ import annotations

import io
import os
import stat

import pytest

from pod.storage import owners
from pod.storage.layers import LayerStore
from tests.support import inside, users
from tests.support.inside import in_namespace
from tests.support.layers import (
    add_members,
    digest_of,
    repack,
)
from tests.support.members import (
    directory,
    file,
    hardlink,
    layer,
    symlink,
)


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
