"""index.json in lines: the same JSON as ever, of which a change touches its own descriptor only."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pod.errors import StorageError
from pod.linux import jsonfile
from pod.oci.manifest import PARTS
from pod.storage import image_changes, image_lookup, index_file, leftovers
from pod.storage.image_changes import ImageChanges
from pod.storage.images import ImageStore
from pod.storage.layout import StorageLayout
from tests.unit.test_images_store import BUSYBOX, NOW, add, digest_of, index

STRANGE = 'docker.io/library/"a,\n],\nb":1'


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    return ImageStore(StorageLayout(str(tmp_path / "s"), str(tmp_path / "r")))


def text(store: ImageStore) -> bytes:
    return Path(store.layout.index).read_bytes()


def test_each_descriptor_has_a_line_and_the_whole_is_json(store: ImageStore) -> None:
    add(store, BUSYBOX, "localhost/mine:1")
    add(store, content="nameless")
    lines = index_file.split(text(store))
    assert text(store).count(b"\n") == 3 + 2
    assert [json.loads(line) for line in lines] == json.loads(text(store))["manifests"] == index(store)
    assert index_file.join(lines) == text(store)


def test_an_index_without_images_is_read_back(store: ImageStore) -> None:
    gone = add(store, BUSYBOX)
    with ImageChanges(store) as changes:
        changes.remove(gone)
    assert index_file.split(text(store)) == [] and json.loads(text(store))["manifests"] == []
    assert store.entries() == () and image_lookup.is_clear(text(store))


def test_no_name_breaks_a_line(store: ImageStore) -> None:
    add(store, BUSYBOX)
    with ImageChanges(store) as changes:
        changes.tag(changes.entries[0], STRANGE, NOW)
    assert len(index_file.split(text(store))) == 2
    assert [entry.name for entry in store.entries()] == [BUSYBOX, STRANGE]


@pytest.mark.parametrize("indent", [None, 2])
def test_an_index_in_another_form_has_lines_from_the_next_change_on(store: ImageStore, indent: int | None) -> None:
    first = add(store, BUSYBOX)
    before = index(store)
    Path(store.layout.index).write_text(json.dumps(json.loads(text(store)), indent=indent))
    assert not index_file.in_lines(text(store)) and store.get("busybox").id == first
    add(store, "localhost/other:1", content="other")
    assert index_file.in_lines(text(store)) and index(store)[:1] == before
    assert store.get("busybox").id == first


def test_a_change_leaves_the_lines_of_other_images_as_they_are(store: ImageStore) -> None:
    for number in range(20):
        add(store, f"localhost/image:{number}", content=str(number))
    before = index_file.split(text(store))
    with ImageChanges(store) as changes:
        entry = changes.find("localhost/image:7")
        changes.tag(entry, "localhost/more:1", NOW)
        assert len(changes._known) == 2, "two of twenty lines are understood: the image's, and its new one"
    assert index_file.split(text(store))[:20] == before


def test_a_broken_line_is_told_of_and_nothing_is_written(store: ImageStore) -> None:
    add(store, BUSYBOX)
    Path(store.layout.index).write_bytes(broken := text(store).replace(b'"digest"', b'"digest', 1))
    with pytest.raises(StorageError, match="broken"):
        store.entries()
    with pytest.raises(StorageError, match="broken"), ImageChanges(store) as changes:
        changes.find("busybox")
    assert text(store) == broken


@pytest.mark.parametrize("gone", [(0,), (1,), (3,), (0, 3), (2, 3), (0, 1, 2), (0, 1, 2, 3)])
def test_lines_are_taken_out_in_their_place(store: ImageStore, gone: tuple[int, ...]) -> None:
    for number in range(4):
        add(store, f"localhost/image:{number}", content=str(number))
    before, lines = text(store), index_file.split(text(store))
    kept = [line for number, line in enumerate(lines) if number not in gone]
    assert index_file.take_out(store.layout.index, lines, kept)
    assert len(text(store)) == len(before) and not index_file.in_lines(text(store))
    assert index_file.split(text(store)) == kept == store.lines()


def test_nothing_else_is_changed_in_its_place(store: ImageStore) -> None:
    add(store, BUSYBOX)
    add(store, "localhost/other:1", content="other")
    before, lines = text(store), index_file.split(text(store))
    for wanted in (lines[::-1], [*lines, lines[0]], [lines[0].replace(b"latest", b"newest")]):
        assert not index_file.take_out(store.layout.index, lines, wanted)
    assert not index_file.take_out(store.layout.index, lines[:1], []), "somebody else has written"
    assert text(store) == before


def test_the_line_of_an_image_says_what_it_has(store: ImageStore) -> None:
    image = store.image(store.entries()[0]) if add(store, BUSYBOX) and store.entries() else None
    assert image is not None
    told = index(store)[0]["annotations"][PARTS].split()
    assert told == [image.id.hex[:16], digest_of(b"layer of x").hex[:16]], "configuration, and layer: blob and files"


def test_what_an_archive_says_about_the_parts_of_its_image_counts_for_nothing(store: ImageStore) -> None:
    add(store, BUSYBOX)
    entry = store.entries()[0]
    lying = entry.descriptor.replace(annotations={**entry.descriptor.annotations, PARTS: "0000"})
    with ImageChanges(store) as changes:
        changes.remove(entry.id)
        changes.add(image_changes.NewImage(lying, entry.id, ("localhost/liar:1",), ()), NOW)
    assert index(store)[0]["annotations"][PARTS] != "0000"


def test_lines_of_an_older_pod_are_completed(store: ImageStore) -> None:
    add(store, BUSYBOX)
    complete = index(store)
    document = json.loads(text(store))
    del document["manifests"][0]["annotations"][PARTS]
    jsonfile.write(store.layout.index, document)
    with ImageChanges(store) as changes:
        assert not image_lookup.is_clear_of_parts(changes.text)
        assert changes.tell_parts()
        assert not changes.tell_parts(), "once is enough"
        assert image_lookup.is_clear_of_parts(changes.text)
    assert index(store) == complete


def test_an_image_that_the_index_loses_is_noted_first(store: ImageStore) -> None:
    image_id = add(store, BUSYBOX, "localhost/mine:1")
    add(store, "localhost/other:1", content="other")
    with ImageChanges(store) as changes:
        changes.untag(changes.find("localhost/mine:1"))
    assert leftovers.every(store.layout) == [], "it has a name still"
    with ImageChanges(store) as changes:
        changes.remove(image_id)
    [left] = leftovers.every(store.layout)
    leftovers.forget(store.layout, left.digest.hex)
    assert leftovers.every(store.layout) == []


def test_a_note_that_a_power_cut_has_emptied_has_everything_looked_at(store: ImageStore) -> None:
    image_id = add(store, BUSYBOX)
    with ImageChanges(store) as changes:
        changes.remove(image_id)
    [note] = Path(store.layout.leftovers).iterdir()
    note.write_bytes(b"")
    assert leftovers.every(store.layout) == [] and not note.exists()
    assert leftovers.suspicion(store.layout)


def test_a_suspicion_that_comes_during_a_collection_stays(store: ImageStore) -> None:
    leftovers.suspect(store.layout)
    before = leftovers.suspicion(store.layout)
    os.utime(store.layout.garbage, ns=(before + 1, before + 1))
    leftovers.settle(store.layout, before)
    assert leftovers.suspicion(store.layout)
    leftovers.settle(store.layout, before + 1)
    assert not leftovers.suspicion(store.layout)
