"""Finding an image in the text of the index: the same answers as from understanding all of it, or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from pod.errors import PodError
from pod.linux import jsonfile
from pod.oci.manifest import REF_NAME
from pod.storage import image_lookup
from pod.storage.image_changes import ImageChanges
from pod.storage.images import Image, ImageStore
from pod.storage.layout import StorageLayout
from tests.unit.test_images_store import add

NAMES = ("busybox", "busybox:1", "localhost/own", "quay.io/a/b:v2", "docker.io/library/own")


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    store = ImageStore(StorageLayout(str(tmp_path / "s"), str(tmp_path / "r")))
    add(store, "docker.io/library/busybox:latest", "docker.io/library/busybox:1", content="busybox")
    add(store, "localhost/own:latest", content="own")
    add(store, "quay.io/a/b:v2", content="ab")
    add(store, content="nameless")
    return store


def slowly(store: ImageStore, word: str) -> Image | str:
    entries = store.entries()
    try:
        return store.image(store.find(word, entries), entries)
    except PodError as err:
        return err.message


def words(store: ImageStore) -> list[str]:
    ids = [entry.id for entry in store.entries()]
    manifests = [str(entry.manifest) for entry in store.entries()]
    spelled = [
        str(ids[0]),
        ids[1].hex,
        ids[2].short,
        f"sha256:{ids[3].short}",
        ids[0].hex[:3],
        "",
        "0",
        "f",
        "Bad Name",
    ]
    return [*NAMES, *spelled, *manifests, f"busybox@{manifests[0]}", "nothing", "sha256:latest", "docker.io/busybox:1"]


def test_every_word_means_the_same_image_as_among_all_that_are_understood(store: ImageStore) -> None:
    for word in words(store):
        try:
            found: Image | str = store.get(word)
        except PodError as err:
            found = err.message
        assert found == slowly(store, word), word


def test_names_and_ids_are_found_without_understanding_the_rest(store: ImageStore) -> None:
    index = Path(store.layout.index).read_bytes()
    for word in (*NAMES[:4], store.entries()[1].id.short):
        found, *same = image_lookup.find(index, word)
        assert found in same


def test_an_index_that_another_tool_has_written_to_is_left_to_the_long_way(store: ImageStore) -> None:
    document = jsonfile.read(store.layout.index)
    document["manifests"][0]["annotations"] = {REF_NAME: "busybox"}
    jsonfile.write(store.layout.index, document)
    with pytest.raises(image_lookup.NotClear):
        image_lookup.find(Path(store.layout.index).read_bytes(), "busybox")
    assert store.get("busybox") == slowly(store, "busybox")


def test_text_in_a_name_that_looks_like_a_descriptor_deceives_nobody(store: ImageStore) -> None:
    entry = store.entries()[0]
    with ImageChanges(store) as changes:
        changes.tag(entry, f'{{"mediaType":"x","pod.image.id":"sha256:{"0" * 64}"}}}}', "2026-01-01T00:00:00Z")
    for word in words(store):
        try:
            found: Image | str = store.get(word)
        except PodError as err:
            found = err.message
        assert found == slowly(store, word), word
