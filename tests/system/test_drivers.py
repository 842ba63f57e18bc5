"""The storage drivers: one behaviour, three ways. Every test about files runs with each driver."""

from __future__ import annotations

import io
import os
import shutil
import stat
import struct
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from pod.errors import StorageError, UsageError
from pod.linux import syscalls as sc
from pod.oci.digest import Digest
from pod.storage import marker, owners, rootfs
from pod.storage.drivers import choice
from pod.storage.layers import LayerStore
from pod.storage.layout import StorageLayout
from pod.storage.rootfs import FUSE, OVERLAY, VFS, RootPlan
from tests.support import folders
from tests.support.inside import Skipped, in_namespace
from tests.support.layers import NET_RAW, add, add_members, digest_of, repack, with_xattrs
from tests.support.members import Member, directory, fifo, file, hardlink, layer, opaque, symlink, whiteout

every_driver = pytest.mark.parametrize("driver", choice.DRIVERS)


@pytest.fixture
def store(scratch: Path) -> Iterator[LayerStore]:
    folder = scratch / "drivers"
    folder.mkdir()
    yield LayerStore(StorageLayout(str(folder / "s"), str(folder / "r")))
    folders.remove(folder)


class Container:
    """A folder of a container, and its root file system once it is mounted."""

    def __init__(self, store: LayerStore, driver: str, layers: Sequence[str], name: str = "c") -> None:
        self.store = store
        self.folder = f"{store.layout.root}/containers/{name}"
        self.root = f"{self.folder}/rootfs"
        self.helpers: tuple[int, ...] = ()
        os.makedirs(self.root, exist_ok=True)
        if driver == FUSE and shutil.which("fuse-overlayfs") is None:
            raise Skipped("no fuse-overlayfs on this machine")
        if driver == FUSE and not os.access("/dev/fuse", os.R_OK | os.W_OK):
            raise Skipped("this user may not open /dev/fuse")
        self.plan = rootfs.prepare(store.layout, driver, self.folder, layers)

    def __enter__(self) -> str:
        self.helpers = rootfs.mount_root(self.plan, self.root)
        return self.root

    def __exit__(self, *_error: object) -> None:
        rootfs.unmount(self.root, self.helpers)


def layers_of(store: LayerStore, *archives: Sequence[Member]) -> list[str]:
    return [add_members(store, members) for members in archives]


def names(folder: str) -> list[str]:
    return sorted(os.listdir(folder))


def text(*path: str) -> str:
    return Path(*path).read_text()


@every_driver
@in_namespace
def test_upper_layers_cover_lower_ones(store: LayerStore, driver: str) -> None:
    layers = layers_of(
        store,
        [directory("d", mode=0o700), file("d/a", b"1"), file("d/b", b"1"), file("x", b"1"), directory("y")],
        [directory("d", mode=0o711, uid=3), file("d/b", b"2", mode=0o600), directory("x"), file("y", b"2")],
        [file("d/c", b"3"), symlink("x/link", "../y")],
    )
    with Container(store, driver, layers) as root:
        assert names(root) == ["d", "x", "y"] and names(f"{root}/d") == ["a", "b", "c"]
        assert [text(root, "d", name) for name in "abc"] == ["1", "2", "3"]
        assert stat.S_IMODE(os.lstat(f"{root}/d/b").st_mode) == 0o600
        assert text(root, "x/link") == "2"


@every_driver
@in_namespace
def test_the_topmost_layer_tells_a_folders_mode_and_owner(store: LayerStore, driver: str) -> None:
    layers = layers_of(
        store,
        [directory("./", mode=0o700), directory("d", mode=0o700)],
        [directory("./", mode=0o751, uid=5, gid=6), directory("d", mode=0o1777, gid=7)],
    )
    with Container(store, driver, layers) as root:
        info = os.lstat(root)
        assert (stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid) == (0o751, 5, 6)
        assert (stat.S_IMODE(os.lstat(f"{root}/d").st_mode), os.lstat(f"{root}/d").st_gid) == (0o1777, 7)


@every_driver
@in_namespace
def test_whiteouts_and_opaque_folders_hide_what_is_below(store: LayerStore, driver: str) -> None:
    layers = layers_of(
        store,
        [file("gone"), file("sub/gone"), file("sub/kept"), file("op/hidden"), file("op/deep/hidden"), file("tree/a/b")],
        [whiteout("gone"), whiteout("sub/gone"), directory("op"), opaque("op"), file("op/new"), whiteout("tree")],
        [file("op/later"), file("gone", b"again"), file("tree/c")],
    )
    with Container(store, driver, layers) as root:
        assert names(root) == ["gone", "op", "sub", "tree"]
        assert text(root, "gone") == "again"
        assert names(f"{root}/sub") == ["kept"]
        assert names(f"{root}/op") == ["later", "new"]
        assert names(f"{root}/tree") == ["c"]


@every_driver
@in_namespace
def test_changes_stay_with_the_container_and_leave_the_layers_alone(store: LayerStore, driver: str) -> None:
    layers = layers_of(store, [file("a", b"1"), file("d/b", b"1"), directory("e"), file("e/x")])
    container = Container(store, driver, layers)
    with container as root:
        Path(root, "a").write_text("changed")
        os.unlink(f"{root}/d/b")
        shutil.rmtree(f"{root}/e")
        os.mkdir(f"{root}/e")
        Path(root, "new").write_text("n")
        os.rename(f"{root}/new", f"{root}/d/renamed")
        os.chmod(f"{root}/d", 0o2750)
        os.chown(f"{root}/d", 12, 34)
    with Container(store, driver, layers) as root:
        assert names(root) == ["a", "d", "e"] and text(root, "a") == "changed"
        assert names(f"{root}/d") == ["renamed"] and names(f"{root}/e") == []
        info = os.lstat(f"{root}/d")
        assert (stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid) == (0o2750, 12, 34)
    with Container(store, driver, layers, "other") as root:
        assert text(root, "a") == "1" and names(f"{root}/d") == ["b"] and names(f"{root}/e") == ["x"]


@every_driver
@in_namespace
def test_hard_links_of_a_layer_are_one_file(store: LayerStore, driver: str) -> None:
    (path,) = layers_of(store, [file("a", b"x", mode=0o4755), file("d/z"), hardlink("d/b", "a")])
    for name in ("first", "second"):
        with Container(store, driver, [path], name) as root:
            assert driver == FUSE or os.lstat(f"{root}/a").st_nlink == 2, "fuse-overlayfs counts the names it has seen"
            assert os.path.samestat(os.lstat(f"{root}/a"), os.lstat(f"{root}/d/b"))
            assert stat.S_IMODE(os.lstat(f"{root}/d/b").st_mode) == 0o4755
            os.link(f"{root}/d/z", f"{root}/new")
            Path(root, "new").write_text("through the new name")
            assert text(root, "d/z") == "through the new name"


@every_driver
@in_namespace
def test_renaming_is_atomic_for_files_and_refused_or_done_for_folders(store: LayerStore, driver: str) -> None:
    layers = layers_of(store, [file("d/f", b"old"), file("d/f.new", b"new")])
    with Container(store, driver, layers) as root:
        os.rename(f"{root}/d/f.new", f"{root}/d/f")
        assert text(root, "d/f") == "new" and names(f"{root}/d") == ["f"]
        subprocess.run(["mv", f"{root}/d", f"{root}/e"], check=True)  # mv copies where rename(2) says EXDEV
        assert names(root) == ["e"] and text(root, "e/f") == "new"
        os.mkdir(f"{root}/own")
        os.rename(f"{root}/own", f"{root}/moved")
        assert names(root) == ["e", "moved"]


@every_driver
@in_namespace
def test_attributes_owners_times_and_odd_files_are_kept(store: LayerStore, driver: str) -> None:
    layers = layers_of(
        store,
        [
            directory("d", mtime=1000),
            file("d/f", b"x", uid=1000, gid=2000, mtime=1234, xattrs={"user.note": "hello"}),
            fifo("d/p", mode=0o600),
            symlink("d/l", "nowhere", uid=9),
        ],
        [file("top")],
    )
    with Container(store, driver, layers) as root:
        info = os.lstat(f"{root}/d/f")
        assert (info.st_uid, info.st_gid, info.st_mtime) == (1000, 2000, 1234)
        assert os.getxattr(f"{root}/d/f", "user.note") == b"hello"
        assert stat.S_ISFIFO(os.lstat(f"{root}/d/p").st_mode)
        assert os.readlink(f"{root}/d/l") == "nowhere" and os.lstat(f"{root}/d/l").st_uid == 9
        assert os.lstat(f"{root}/d").st_mtime == 1000
        os.setxattr(f"{root}/top", "user.mine", b"1")
        os.chown(f"{root}/top", 65534, 65534)
        assert os.getxattr(f"{root}/top", "user.mine") == b"1" and os.lstat(f"{root}/top").st_uid == 65534


@every_driver
@in_namespace
def test_capabilities_of_files_are_kept(store: LayerStore, driver: str) -> None:
    path = add(store, with_xattrs(file("ping", b"x", mode=0o755), {"security.capability": NET_RAW}))
    with Container(store, driver, [path]) as root:
        assert os.getxattr(f"{root}/ping", "security.capability")[4:12] == NET_RAW[4:12]


CODE = {  # geteuid(2), then exit(2) with what it gives
    "x86_64": (62, "b86b0000000f0589c7b83c0000000f05"),
    "aarch64": (183, "e81580d2010000d4a80b80d2010000d4"),
}


def exit_with_user_id() -> bytes:
    """Return a program that needs no library (busybox would give up the rights that the bit lends it)."""
    machine = os.uname().machine
    if machine not in CODE:
        raise Skipped(f"no program for {machine} in this test")
    number, code = CODE[machine][0], bytes.fromhex(CODE[machine][1])
    base, size = 0x400000, 120 + len(code)
    head = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    head += struct.pack("<HHIQQQIHHHHHH", 2, number, 1, base + 120, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    return head + struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 4096) + code


@every_driver
@in_namespace
def test_a_set_user_id_program_runs_as_its_owner(store: LayerStore, driver: str) -> None:
    program = exit_with_user_id()
    layers = layers_of(store, [file("plain", program, mode=0o755)], [file("bin/setuid", program, mode=0o4755, uid=33)])
    with Container(store, driver, layers) as root:
        assert _run_in(root, "/plain", uid=100) == 100
        assert _run_in(root, "/bin/setuid", uid=100) == 33


def _run_in(root: str, program: str, uid: int) -> int:
    """Run a program in a root as a user, and return its exit code."""
    pid = os.fork()
    if pid == 0:
        try:
            os.chroot(root)
            os.chdir("/")
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            os.execv(program, [program])
        finally:
            os._exit(127)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@every_driver
@in_namespace
def test_an_image_of_130_layers_can_be_mounted(store: LayerStore, driver: str) -> None:
    layers = layers_of(store, *([file(f"f{n}", str(n).encode()), file("last", str(n).encode())] for n in range(130)))
    with Container(store, driver, layers) as root:
        assert len(os.listdir(root)) == 131 and text(root, "last") == "129" and text(root, "f0") == "0"
        Path(root, "f0").write_text("changed")
        assert text(root, "f0") == "changed"


@every_driver
@in_namespace
def test_an_image_without_layers_is_an_empty_root(store: LayerStore, driver: str) -> None:
    with Container(store, driver, []) as root:
        assert names(root) == []
        Path(root, "new").write_text("x")
    with Container(store, driver, []) as root:
        assert names(root) == ["new"]


@every_driver
@in_namespace
def test_a_store_with_an_awkward_path_works(store: LayerStore, driver: str) -> None:
    colon = "" if driver == FUSE else ":"
    awkward = LayerStore(StorageLayout(f"{store.layout.root}/comma, back\\slash ü{colon}", store.layout.runroot))
    layers = layers_of(awkward, [file("a", b"1")], [file("b", b"2")])
    with Container(awkward, driver, layers) as root:
        assert names(root) == ["a", "b"]
        Path(root, "c").write_text("3")


@in_namespace
def test_fuse_overlayfs_says_that_it_cannot_have_a_colon_in_a_path(store: LayerStore) -> None:
    awkward = LayerStore(StorageLayout(f"{store.layout.root}/a:b", store.layout.runroot))
    container = Container(awkward, FUSE, layers_of(awkward, [file("a")]))
    with pytest.raises(StorageError, match=r"cannot use .*/a:b/.*: there is a colon in it"):
        rootfs.mount_root(container.plan, container.root)


@every_driver
@in_namespace
def test_what_a_container_changed_can_be_packed_as_a_layer(store: LayerStore, driver: str) -> None:
    if driver == VFS:
        raise Skipped("vfs has no folder of changes: they are found by comparing")
    layers = layers_of(store, [file("a", b"1"), file("d/b", b"1"), file("e/x", b"1")])
    container = Container(store, driver, layers)
    with container as root:
        os.unlink(f"{root}/a")
        Path(root, "d/new").write_text("n")
        shutil.rmtree(f"{root}/e")
        os.mkdir(f"{root}/e", 0o700)
        Path(root, "e/y").write_text("y")
    ((target, upper),) = rootfs.diff_folders(container.plan)
    assert target == "/"
    found = [m.path for m in repack(upper)]
    assert found == [b"./", b".wh.a", b"d/", b"d/new", b"e/", b"e/.wh..wh..opq", b"e/y"]
    made = store.adopt(upper)
    assert not [name for name in os.listxattr(f"{store.path(made.diff_id)}/e") if "fuse" in name]
    with Container(store, driver, [*layers, store.path(made.diff_id)], "from-commit") as root:
        assert names(root) == ["d", "e"] and names(f"{root}/d") == ["b", "new"] and names(f"{root}/e") == ["y"]


@every_driver
@in_namespace
def test_an_image_can_be_looked_at_and_not_changed(store: LayerStore, driver: str) -> None:
    for number, layers in enumerate(
        (
            layers_of(store, [file("a", b"1")]),
            layers_of(store, [file("a", b"1"), file("b")], [whiteout("b"), file("c")]),
        )
    ):
        container = Container(store, driver, layers, f"skip-check-{number}")
        folder = f"{store.layout.root}/view{number}"
        os.makedirs(f"{folder}/root")
        plan = rootfs.prepare_view(store.layout, container.plan.driver, folder, layers)
        helpers = rootfs.mount_root(plan, f"{folder}/root")
        try:
            assert names(f"{folder}/root") == (["a"] if number == 0 else ["a", "c"])
            with pytest.raises(OSError, match="Read-only file system"):
                Path(folder, "root/new").write_text("x")
        finally:
            rootfs.unmount(f"{folder}/root", helpers)


@every_driver
@pytest.mark.parametrize("single_id", [True])
@in_namespace
def test_every_driver_works_without_subordinate_ids(store: LayerStore, driver: str, single_id: bool) -> None:
    data = layer([file("d/a", b"1", uid=1000), file("d/b", mode=0o4755), file("gone")])
    digest = digest_of(data)
    store.add(digest, lambda: io.BytesIO(data), single_id=single_id)
    layers = [store.path(digest), add_members(store, [whiteout("gone"), opaque("d"), file("d/c")], single_id=True)]
    with Container(store, driver, layers) as root:
        assert names(root) == ["d"] and names(f"{root}/d") == ["c"]
        Path(root, "d/c").write_text("x")
        Path(root, "new").write_text("x")
        assert os.lstat(f"{root}/new").st_uid == 0


# the plan


@every_driver
@in_namespace
def test_a_plan_survives_being_written_down(store: LayerStore, driver: str) -> None:
    layers = layers_of(store, [file("a")], [file("b")])
    plan = Container(store, driver, layers).plan
    assert RootPlan.from_json(plan.to_json()) == plan
    assert plan.needs_process == (driver == FUSE)


@in_namespace
def test_a_container_stays_with_the_driver_that_made_it(store: LayerStore) -> None:
    layers = layers_of(store, [file("a", b"1")])
    for first in choice.DRIVERS:
        with Container(store, first, layers, first) as root:
            Path(root, "mine").write_text(first)
        for other in choice.DRIVERS:
            again = Container(store, other, layers, first)
            assert again.plan.driver == first
            with again as root:
                assert text(root, "mine") == first


@in_namespace
def test_no_path_of_the_host_shows_in_the_mounts_of_an_overlay(store: LayerStore) -> None:
    layers = layers_of(store, [file("a")], [file("b")])
    with Container(store, OVERLAY, layers) as root:
        (line,) = [line for line in text("/proc/self/mountinfo").splitlines() if f" {root} " in line]
        options = line.partition(" - ")[2]
        assert options.startswith("overlay overlay ") and store.layout.root not in options
        assert os.getcwd() != "/proc/self/fd"


@in_namespace
def test_volatile_files_can_be_mounted_again(store: LayerStore) -> None:
    layers = layers_of(store, [file("a")])
    folder = f"{store.layout.root}/containers/v"
    os.makedirs(f"{folder}/rootfs")
    for number in range(2):
        plan = rootfs.prepare(store.layout, OVERLAY, folder, layers, volatile=True)
        rootfs.mount_root(plan, f"{folder}/rootfs")
        Path(folder, f"rootfs/f{number}").write_text("x")
        assert "volatile" in text("/proc/self/mountinfo")
        sc.umount2(f"{folder}/rootfs")
    assert names(f"{folder}/upper") == ["f0", "f1"]


@in_namespace
def test_fuse_overlayfs_ends_with_its_parent_and_with_its_mount(store: LayerStore) -> None:
    layers = layers_of(store, [file("a")])
    container = Container(store, FUSE, layers)
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        container.__enter__()
        os.write(write, f"{container.helpers[0]}\n".encode())
        os.read(os.pipe()[0], 1)
    helper = os.pidfd_open(int(os.read(read, 100)))
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    _assert_ends(helper)
    sc.umount2(container.root, sc.MNT_DETACH)
    with container:
        helper = os.pidfd_open(container.helpers[0])
    _assert_ends(helper)


def _assert_ends(pidfd: int) -> None:
    import select

    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    assert poll.poll(5000), "the process still runs"


@in_namespace
def test_a_fuse_overlayfs_that_fails_is_reported_in_its_own_words(store: LayerStore) -> None:
    layers = layers_of(store, [file("a")])
    container = Container(store, FUSE, layers)
    failing = Path(store.layout.root, "failing")
    failing.write_text("#!/bin/sh\necho out of luck >&2\nexit 3\n")
    failing.chmod(0o755)
    with pytest.raises(StorageError, match="fuse-overlayfs did not mount: out of luck"):
        rootfs.mount_root(container.plan.replace(program=str(failing)), container.root)
    with pytest.raises(StorageError, match=r"cannot run /no/such: no such program"):
        rootfs.mount_root(container.plan.replace(program="/no/such"), container.root)


@in_namespace
def test_vfs_copies_an_image_together_once(store: LayerStore) -> None:
    layers = layers_of(
        store, [file("a", os.urandom(5000))], [file("b"), whiteout("a")], [hardlink("c", "b"), file("b")][::-1]
    )
    first = Container(store, VFS, layers, "first")
    (chain,) = os.listdir(store.layout.chains)
    before = os.lstat(f"{store.layout.chains}/{chain}/tree/b").st_ino
    second = Container(store, VFS, layers, "second")
    assert os.listdir(store.layout.chains) == [chain]
    assert os.lstat(f"{store.layout.chains}/{chain}/tree/b").st_ino == before
    for container in (first, second):
        assert names(f"{container.folder}/tree") == ["b", "c"]
        assert container.plan.mounts[0].base == f"{store.layout.chains}/{chain}/tree"
    digest = Digest(os.path.basename(os.path.dirname(layers[1])))
    store.remove(digest)
    assert os.listdir(store.layout.chains) == []


@in_namespace
def test_vfs_keeps_the_holes_of_sparse_files(store: LayerStore) -> None:
    (path,) = layers_of(store, [file("small", b"x")])
    with open(f"{path}/holes", "wb") as stream:
        stream.seek(30 << 20)
        stream.write(b"end")
        stream.truncate(40 << 20)
    container = Container(store, VFS, [path])
    info = os.lstat(f"{container.folder}/tree/holes")
    assert info.st_size == 40 << 20 and info.st_blocks * 512 < 1 << 20
    assert subprocess.run(["cmp", f"{path}/holes", f"{container.folder}/tree/holes"]).returncode == 0


# choosing


@in_namespace
def test_the_choice_is_made_once_and_remembered(store: LayerStore) -> None:
    driver = choice.choose(store.layout)
    assert driver == OVERLAY, "this machine's kernel is known to mount overlays for users (TESTING.md)"
    known = marker.read(store.layout)
    assert known is not None and known.driver == OVERLAY and known.version == 1 and len(known.id) == 64
    marker.update(store.layout, driver=VFS)
    assert choice.choose(store.layout) == VFS, "remembered, not tried again"
    again = marker.read(store.layout)
    assert again is not None and again.id == known.id
    assert os.listdir(store.layout.staging) == []


@in_namespace
def test_a_wish_wins_and_is_tried(store: LayerStore) -> None:
    assert choice.choose(store.layout, "vfs") == VFS
    assert choice.choose(store.layout, "overlay2") == OVERLAY
    assert choice.choose(store.layout) == OVERLAY
    with pytest.raises(UsageError, match="unknown storage driver 'btrfs'") as caught:
        choice.choose(store.layout, "btrfs")
    assert caught.value.hint == "pod has overlay, fuse-overlayfs, vfs"


@in_namespace
def test_a_driver_that_does_not_work_here_is_refused_with_the_reason(store: LayerStore) -> None:
    with pytest.raises(StorageError, match=r"fuse-overlayfs does not work with .*: cannot run /no/such"):
        choice.choose(store.layout, FUSE, "/no/such")


@in_namespace
def test_where_the_kernel_cannot_use_the_disk_the_next_driver_is_taken(store: LayerStore) -> None:
    """An overlay cannot have its upper folder on another overlay: as on machines that are containers themselves."""
    lower = layers_of(store, [directory("s", mode=0o777)], [directory("t")])
    with Container(store, OVERLAY, lower) as root:
        inner = StorageLayout(f"{root}/s/inner", store.layout.runroot)
        assert choice.choose(inner) in (FUSE, VFS)
        with pytest.raises(StorageError, match="the storage driver overlay does not work"):
            choice.choose(inner, OVERLAY)


@in_namespace
def test_a_store_of_a_newer_version_is_left_alone(store: LayerStore) -> None:
    marker.update(store.layout, version=99)
    with pytest.raises(StorageError, match=r"written by a newer pod \(version 99"):
        choice.choose(store.layout)
    Path(store.layout.marker).write_text("{")
    with pytest.raises(StorageError, match="mark is broken"):
        choice.choose(store.layout)


# a disk that holds neither attributes nor whiteouts of overlays, as network file systems do


def _mount_ramfs(store: LayerStore) -> None:
    os.makedirs(store.layout.root)
    sc.mount("ramfs", store.layout.root, "ramfs")


@in_namespace
def test_a_disk_without_attributes_keeps_whiteouts_in_the_archives_spelling(store: LayerStore) -> None:
    _mount_ramfs(store)
    members = [
        whiteout("gone"),
        directory("op"),
        opaque("op"),
        file("op/new"),
        whiteout("f"),
        file("f"),
        whiteout("d"),
        directory("d"),
    ]
    (path,) = layers_of(store, members)
    assert names(path) == [".wh.gone", "d", "f", "op"]
    assert names(f"{path}/op") == [".wh..wh..opq", "new"] and names(f"{path}/d") == [".wh..wh..opq"]
    found = [m.path for m in repack(path)][1:]
    assert found == [b".wh.gone", b"d/", b"d/.wh..wh..opq", b"f", b"op/", b"op/.wh..wh..opq", b"op/new"]


@in_namespace
def test_attributes_that_a_disk_cannot_hold_are_recorded_and_given_back(store: LayerStore) -> None:
    _mount_ramfs(store)
    path = add(store, with_xattrs(file("ping", b"x"), {"security.capability": NET_RAW, "user.note": b"1"}))
    (found,) = [m for m in repack(path, owners.read(os.path.dirname(path))) if m.path == b"ping"]
    assert found.xattrs == {"security.capability": NET_RAW, "user.note": b"1"}


@in_namespace
def test_a_driver_is_found_for_a_disk_without_attributes(store: LayerStore) -> None:
    _mount_ramfs(store)
    driver = choice.choose(store.layout)
    assert driver in (FUSE, VFS)
    layers = layers_of(
        store, [file("gone"), file("op/hidden"), file("kept")], [whiteout("gone"), opaque("op"), file("op/new")]
    )
    for chosen in dict.fromkeys((driver, VFS)):
        with Container(store, chosen, layers, chosen) as root:
            assert names(root) == ["kept", "op"] and names(f"{root}/op") == ["new"]
