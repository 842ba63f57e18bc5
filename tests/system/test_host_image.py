"""The image `host`: this machine's programs, in a root where everything can be changed and nothing of it changes."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pod.oci.digest import Digest
from pod.storage import host_image, host_layer, host_registration, host_saving, rootfs
from pod.storage.drivers import choice
from pod.storage.images import ImageStore
from pod.storage.layers import LayerStore
from pod.storage.layout import StorageLayout
from pod.storage.rootfs import VFS
from tests.support import folders
from tests.support.commands import CommandLine
from tests.support.inside import Skipped, in_namespace
from tests.support.layers import add_members
from tests.support.members import file
from tests.system.test_drivers import Container, names, text

every_driver = pytest.mark.parametrize("driver", choice.DRIVERS)


@pytest.fixture
def store(scratch: Path) -> Iterator[LayerStore]:
    folder = scratch / "host"
    folder.mkdir()
    yield LayerStore(StorageLayout(str(folder / "s"), str(folder / "r")))
    folders.remove(folder)


@pytest.fixture
def tree(scratch: Path) -> Iterator[str]:
    """A folder that stands for one of the machine's: its files are not root's inside the user's namespace."""
    folder = scratch / "machine"
    (folder / "bin").mkdir(parents=True)
    (folder / "share" / "doc").mkdir(parents=True)
    (folder / "bin" / "tool").write_text("old")
    (folder / "bin" / "alias").symlink_to("tool")
    (folder / "share" / "doc" / "a").write_text("a")
    os.link(folder / "share" / "doc" / "a", folder / "share" / "doc" / "b")
    (folder / "bin" / "tool").chmod(0o4755)
    yield str(folder)
    folders.remove(folder)


def build(store: LayerStore, *trees: str) -> str:
    digest = Digest("ab" * 32)
    host_layer.build(store, digest, trees)
    return store.path(digest)


@in_namespace
def test_the_machines_programs_run_with_every_driver(store: LayerStore) -> None:
    base = build(store, "/usr", *(path for path in ("/bin", "/lib", "/lib64") if not os.path.islink(path)))
    for driver in choice.DRIVERS:
        with Container(store, driver, [base], driver) as root:
            said = subprocess.run(["chroot", root, "sh", "-c", "echo hello; id -u"], capture_output=True, text=True)
            assert said.stdout.split() == ["hello", "0"], said.stderr
            assert os.path.samestat(os.stat(f"{root}/usr/bin/env"), os.stat(f"{root}/bin/env"))


@every_driver
@in_namespace
def test_files_can_be_made_replaced_and_removed_anywhere(store: LayerStore, tree: str, driver: str) -> None:
    if driver == VFS:
        raise Skipped("vfs shows the machine's folders read-only")
    base = build(store, tree)
    before = _snapshot(tree)
    container = Container(store, driver, [base])
    with container as root:
        shown = f"{root}{tree}"
        Path(shown, "share/doc/new").write_text("new")
        Path(shown, "bin/tool.dpkg-new").write_text("replaced")
        os.rename(f"{shown}/bin/tool.dpkg-new", f"{shown}/bin/tool")
        os.unlink(f"{shown}/bin/alias")
        os.makedirs(f"{shown}/lib/deep/er")
        shutil.rmtree(f"{shown}/share/doc")
    with container as root:
        shown = f"{root}{tree}"
        assert text(shown, "bin/tool") == "replaced" and names(f"{shown}/bin") == ["tool"]
        assert names(f"{shown}/share") == [] and names(f"{shown}/lib/deep") == ["er"]
    assert _snapshot(tree) == before
    with Container(store, driver, [base], "other") as root:
        assert text(f"{root}{tree}", "bin/tool") == "old"


def _snapshot(folder: str) -> list[tuple[str, int, int]]:
    found = []
    for path, inner, outer in os.walk(folder):
        for name in (*inner, *outer):
            info = os.lstat(os.path.join(path, name))
            found.append((os.path.join(path, name), info.st_ino, info.st_mtime_ns))
    return sorted(found)


@in_namespace
def test_vfs_shows_the_machines_folders_and_forbids_changes(store: LayerStore, tree: str) -> None:
    with Container(store, VFS, [build(store, tree)]) as root:
        assert text(f"{root}{tree}", "bin/tool") == "old"
        with pytest.raises(OSError, match="Read-only file system"):
            Path(f"{root}{tree}", "new").write_text("x")
        Path(root, "home/mine").write_text("x")


@in_namespace
def test_the_rest_of_the_root_is_empty_and_writable(store: LayerStore, tree: str) -> None:
    with Container(store, rootfs.OVERLAY, [build(store, tree)]) as root:
        for folder in ("home", "root", "tmp", "run", "var/tmp", "mnt", "srv", "proc", "sys", "dev"):
            assert set(names(f"{root}/{folder}")) <= set(Path(tree).parts), folder
        assert os.stat(f"{root}/tmp").st_mode & 0o7777 == 0o1777
        assert os.stat(f"{root}/root").st_mode & 0o7777 == 0o700
        assert text(root, "etc/passwd") == text("/etc/passwd")
        assert os.stat(f"{root}/etc/passwd").st_uid == 0
        with open(f"{root}/etc/passwd", "a") as passwd:
            passwd.write("me:x:1000:1000::/:/bin/sh\n")
        for name in ("bin", "lib"):
            if os.path.islink(f"/{name}"):
                assert os.readlink(f"{root}/{name}") == os.readlink(f"/{name}")


@in_namespace
def test_no_secret_of_the_machine_is_copied(store: LayerStore, tree: str) -> None:
    base = build(store, tree)
    unreadable = [name for name in os.listdir("/etc") if not os.access(f"/etc/{name}", os.R_OK)]
    assert "shadow" in unreadable, "a machine whose passwords this user may read"
    for name in unreadable:
        if name not in ("shadow", "gshadow"):
            assert not os.path.isfile(f"{base}/etc/{name}"), name
    lines = text(base, "etc/shadow").splitlines()
    assert len(lines) == len(text("/etc/passwd").splitlines())
    assert all(line.split(":")[1] == "!" for line in lines)


@in_namespace
def test_a_folder_that_the_user_may_not_open_is_empty_and_usable(store: LayerStore, tree: str) -> None:
    closed = f"{tree}/closed/inner"
    os.makedirs(closed)
    os.chown(closed, 5, 5)
    os.chmod(closed, 0)
    base = build(store, tree)

    def look(root: str) -> None:
        assert names(f"{root}{tree}/closed") == ["inner"]

    with Container(store, rootfs.OVERLAY, [base]) as root:
        look(root)
        Path(f"{root}{tree}", "closed/new").write_text("x")


@in_namespace
def test_images_made_from_it_keep_their_layers_above_the_machines_folders(store: LayerStore, tree: str) -> None:
    base = build(store, tree)
    inside = tree.strip("/")
    layers = [base, add_members(store, [file(f"{inside}/bin/tool", b"from a layer"), file("top", b"x")])]
    for driver in (rootfs.OVERLAY, rootfs.FUSE):
        with Container(store, driver, layers, driver) as root:
            assert text(f"{root}{tree}", "bin/tool") == "from a layer"
            assert names(f"{root}{tree}/share/doc") == ["a", "b"] and text(root, "top") == "x"


@in_namespace
def test_a_tree_that_holds_the_store_is_left_out(store: LayerStore, tree: str) -> None:
    parent = os.path.dirname(store.layout.root)
    base = build(store, parent, tree)
    with Container(store, rootfs.OVERLAY, [base]) as root:
        assert names(f"{root}{tree}") == ["bin", "share"]
        assert not os.path.exists(f"{root}{parent}/s")


@every_driver
@in_namespace
def test_it_can_be_looked_at_without_a_container(store: LayerStore, tree: str, driver: str) -> None:
    base = build(store, tree)
    folder = f"{store.layout.root}/view"
    os.makedirs(f"{folder}/root")
    plan = rootfs.prepare_view(store.layout, driver, folder, [base])
    helpers = rootfs.mount_root(plan, f"{folder}/root")
    try:
        assert text(f"{folder}/root{tree}", "bin/tool") == "old"
        with pytest.raises(OSError, match="Read-only file system"):
            Path(f"{folder}/root{tree}", "bin/new").write_text("x")
    finally:
        rootfs.unmount(f"{folder}/root", helpers)


@in_namespace
def test_packed_it_is_an_ordinary_archive_that_belongs_to_root(store: LayerStore, tree: str) -> None:
    base = build(store, tree)
    out = io.BytesIO()
    host_saving.pack(base, out.write)
    out.seek(0)
    with tarfile.open(fileobj=out) as tar:
        found = {info.name: info for info in tar}
    inside = tree.strip("/")
    assert found[f"{inside}/bin/tool"].mode == 0o4755 and found[f"{inside}/bin/alias"].linkname == "tool"
    assert found[f"{inside}/share/doc/b"].linkname == f"{inside}/share/doc/a"
    assert found["tmp"].mode == 0o1777 and found["etc/passwd"].size == os.stat("/etc/passwd").st_size
    assert {(info.uid, info.gid) for info in found.values()} == {(0, 0)}


@in_namespace
def test_it_is_listed_when_it_is_named_and_again_when_the_machine_has_changed(
    store: LayerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = ImageStore(store.layout)
    assert images.entries() == ()
    image = images.get("host")
    assert image.names == (host_image.NAME,)
    assert image.config.config.cmd is not None and image.config.config.cmd[0] in ("bash", "sh")
    assert images.get("host:latest") == image == images.get(image.id.short)
    assert image.diff_ids == (host_image.diff_id(host_image.stamp()),)
    assert host_registration.register(images).id == image.id
    monkeypatch.setattr(host_image, "stamp", lambda: "after an upgrade")
    host_registration.register(images)
    renewed = images.get("host")
    assert renewed.id != image.id and len(images.entries()) == 1
    assert images.by_manifest(image.digest).id == image.id, "containers that were made from it still find it"


def test_a_container_of_the_machines_own_programs_runs(make_pod: Callable[[str], CommandLine]) -> None:
    pod = make_pod("hostimage")
    script = "id -u; echo x > /usr/bin/new && cat /usr/bin/new; ls /home; touch /etc/passwd"
    assert pod("run", "--rm", "--network", "none", "host", "sh", "-c", script).ok().lines == ["0", "x"]
    assert not os.path.exists("/usr/bin/new")
    assert pod("images", "--format", "{{.Repository}}:{{.Tag}}").ok().lines == ["host:latest"]
    again = pod("run", "--rm", "--network", "none", "host", "sh", "-c", "ls /usr/bin/new")
    assert again.code != 0 and "No such file" in again.stderr
    text = "FROM host\nRUN echo x > /usr/bin/new; echo y > /etc/new\nCMD cat /usr/bin/new /etc/new\n"
    pod("build", "--network", "none", "-t", "newer", "-", input=text).ok()
    assert pod("run", "--rm", "--network", "none", "newer").ok().lines == ["x", "y"]
