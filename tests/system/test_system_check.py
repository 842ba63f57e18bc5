"""`pod system check`: each kind of damage is found, told of, and mended without losing what can be kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.commands import CommandLine


class Store:
    """A store to be damaged by hand."""

    def __init__(self, pod: CommandLine) -> None:
        self.pod = pod
        words = list(pod.prefix)
        self.root = Path(words[words.index("--root") + 1])

    def container(self, name: str) -> Path:
        return self.root / "containers" / self.pod("inspect", "-f", "{{.Id}}", name).ok().stdout.strip()

    @property
    def layer(self) -> Path:
        (found,) = (self.root / "layers").iterdir()
        return found

    @property
    def layer_blob(self) -> Path:
        return max((self.root / "images" / "blobs" / "sha256").iterdir(), key=lambda path: path.stat().st_size)

    def check_finds(self, what: str, *, by_hand: bool = False) -> None:
        """Check, repair and check again: found, mended, gone."""
        found = self.pod("system", "check")
        assert found.code == 1 and what in found.stdout, str(found)
        assert ("with --repair" in found.stdout) == (not by_hand), str(found)
        repaired = self.pod("system", "check", "--repair")
        assert what in repaired.stdout and repaired.code == (1 if by_hand else 0), str(repaired)
        if not by_hand:
            assert self.pod("system", "check").ok().stdout == "Everything is in order\n"


@pytest.fixture(scope="module")
def own(make_pod: Callable[[str], CommandLine]) -> CommandLine:
    return make_pod("ck")


@pytest.fixture
def store(own: CommandLine, busybox_archive: Path) -> Iterator[Store]:
    """A sound store with the image busybox and a container that has written a file."""
    own("load", "-i", busybox_archive).ok()
    own("run", "--name", "ck", "busybox", "sh", "-c", "echo precious > /f").ok()
    yield Store(own)
    own("system", "reset", "-f").ok()


def runs(pod: CommandLine) -> None:
    assert pod("run", "--rm", "busybox", "echo", "hi").ok().stdout == "hi\n"


def test_a_sound_store_is_in_order(store: Store) -> None:
    store.pod("run", "-d", "--name", "ck-on", "busybox", "sleep", "1000").ok()
    assert store.pod("system", "check").ok().stdout == "Everything is in order\n"
    assert store.pod("system", "check", "--quick", "--repair").ok().stdout == "Everything is in order\n"
    assert store.pod("exec", "ck-on", "echo", "hi").ok().stdout == "hi\n"


def test_a_broken_mark_is_renewed(store: Store) -> None:
    (store.root / "pod-store.json").write_text("{")
    store.check_finds("the store's mark is broken")
    runs(store.pod)


def test_a_damaged_layer_blob_is_no_loss_while_its_layer_is_unpacked(
    store: Store, tmp_path: Path, busybox_archive: Path
) -> None:
    blob = store.layer_blob
    with blob.open("r+b") as file:
        file.seek(1000)
        file.write(b"damage")
    quick = store.pod("system", "check", "--quick").ok()
    assert quick.stdout == "Everything is in order\n"
    store.check_finds(f"blob {blob.name[:12]} is damaged")
    runs(store.pod)
    store.pod("load", "-i", busybox_archive).ok()
    store.pod("save", "-o", tmp_path / "again.tar", "busybox").ok()


def test_a_lost_blob_and_layer_unlist_the_image_and_say_so(store: Store, busybox_archive: Path) -> None:
    store.layer_blob.unlink()
    (store.layer / "layer.json").unlink()
    store.pod("unshare", "rm", "-rf", str(store.layer / "diff")).ok()
    found = store.pod("system", "check")
    assert "image busybox:latest has lost layer" in found.stdout or "has lost its files" in found.stdout
    store.pod("system", "check", "--repair")
    assert store.pod("image", "exists", "busybox").code == 1
    assert store.container("ck").joinpath("upper", "f").read_text() == "precious\n"
    store.pod("load", "-i", busybox_archive).ok()
    assert store.pod("system", "check").ok().stdout == "Everything is in order\n"
    assert store.pod("start", "-a", "ck").code == 0


def test_a_lost_document_of_a_layer_is_written_anew(store: Store) -> None:
    before = json.loads((store.layer / "layer.json").read_text())
    damages: list[Callable[[Path], object]] = [Path.unlink, lambda path: path.write_text('{"version":')]
    for damage in damages:
        damage(store.layer / "layer.json")
        store.check_finds(f"layer {store.layer.name[:12]} has ")
        assert json.loads((store.layer / "layer.json").read_text())["diff_id"] == before["diff_id"]
        runs(store.pod)


def test_a_layer_without_files_is_unpacked_again(store: Store) -> None:
    store.pod("unshare", "rm", "-rf", str(store.layer / "diff")).ok()
    found = store.pod("system", "check")
    assert "has lost its files" in found.stdout
    store.pod("system", "check", "--repair").ok()
    assert store.pod("system", "check").ok().stdout == "Everything is in order\n"
    assert store.pod("start", "-a", "ck").code == 0
    runs(store.pod)


def test_a_broken_index_is_put_aside_and_the_images_found_again(store: Store) -> None:
    (image,) = store.pod("images", "-q", "--no-trunc", "busybox").lines
    index = store.root / "images" / "index.json"
    index.write_text("{broken")
    store.check_finds("the index of the image store is broken")
    assert image in store.pod("images", "-q", "--no-trunc").lines
    assert (index.parent / "index.json.broken").read_text() == "{broken"
    store.pod("tag", image, "busybox").ok()
    runs(store.pod)


def test_a_lost_state_is_written_anew_and_the_container_starts(store: Store) -> None:
    (store.container("ck") / "state.json").write_text("")
    store.check_finds("state.json is broken")
    assert store.pod("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "ck").ok().stdout.split() == [
        "exited",
        "137",
    ]
    assert store.pod("start", "-a", "ck").code == 0


def test_a_lost_record_is_told_of_and_the_files_are_kept(store: Store) -> None:
    folder = store.container("ck")
    (folder / "record.json").unlink()
    store.check_finds("record.json is missing", by_hand=True)
    assert (folder / "upper" / "f").read_text() == "precious\n"
    store.pod("rm", "-f", folder.name[:12]).ok()
    assert store.pod("system", "check").ok().stdout == "Everything is in order\n"


def test_a_lost_name_comes_back_and_a_stray_one_goes(store: Store) -> None:
    (store.root / "names" / "ck").unlink()
    store.check_finds("has lost its name ck")
    assert store.pod("container", "exists", "ck").code == 0
    (store.root / "names" / "stray").symlink_to("../containers/" + "0" * 64)
    store.check_finds("the name stray is no container's")
    (store.root / "names" / "second").symlink_to(f"../containers/{store.container('ck').name}")
    store.check_finds("the name second is no container's")
    assert store.pod("container", "exists", "ck").code == 0


def test_a_name_that_another_has_taken_makes_room_for_a_new_one(store: Store) -> None:
    first = store.container("ck")
    (store.root / "names" / "ck").unlink()
    store.pod("create", "--name", "ck", "busybox", "true").ok()
    store.check_finds("has lost its name ck")
    assert store.container("ck") != first
    assert len(set(store.pod("ps", "-a", "--format", "{{.Names}}").lines)) == 2


def test_blobs_and_staging_that_nobody_needs_go(store: Store) -> None:
    (store.root / "images" / "blobs" / "sha256" / ("ab" * 32)).write_text("x")
    found = store.pod("system", "check", "--quick")
    assert "1 blobs and layers that no image and no container needs" in found.stdout
    store.pod("system", "check", "--quick", "--repair").ok()
    (store.root / "staging" / "load.999999999.abcd").mkdir()
    store.check_finds("1 unfinished works of killed processes")
    assert list((store.root / "staging").iterdir()) == []
