"""The image store on disk: names and ids, blobs that are never wrong, and what counts as garbage."""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pod.errors import (
    AmbiguousName,
    ArchiveError,
    DigestMismatch,
    InvalidReference,
    NoSuchImage,
    PodError,
    StorageError,
)
from pod.linux import files, jsonfile
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.manifest import REF_NAME, Descriptor, Manifest
from pod.storage import image_changes, reachable, staging
from pod.storage.blobs import BlobStaging
from pod.storage.image_changes import ImageChanges, NewImage
from pod.storage.images import ImageStore, no_such_image
from pod.storage.layout import StorageLayout

NOW = "2026-01-02T03:04:05Z"


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    return ImageStore(StorageLayout(str(tmp_path / "s"), str(tmp_path / "r")))


def digest_of(data: bytes) -> Digest:
    return Digest(hashlib.sha256(data).hexdigest())


def add(store: ImageStore, *names: str, content: str = "x") -> Digest:
    """Store a small image and return its id."""
    layer = f"layer of {content}".encode()
    config = jsonfile.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "comment": content,
            "rootfs": {"type": "layers", "diff_ids": [str(digest_of(layer))]},
        }
    )
    with BlobStaging(store.layout, "test") as stage:
        layer_digest, config_digest = stage.add_bytes(layer), stage.add_bytes(config)
        manifest = Manifest.of(
            Descriptor(media_types.OCI_CONFIG, config_digest, len(config)),
            (Descriptor(media_types.OCI_LAYER, layer_digest, len(layer)),),
        )
        data = jsonfile.dumps(manifest.to_json())
        manifest_digest = stage.add_bytes(data)
        blobs = (layer_digest, config_digest, manifest_digest)
        new = NewImage(Descriptor(media_types.OCI_MANIFEST, manifest_digest, len(data)), config_digest, names, blobs)
        stage.flush(blobs)
        with ImageChanges(store) as changes:
            image_changes.publish(changes, stage, [new], NOW)
    return config_digest


def blobs(store: ImageStore) -> set[str]:
    folder = Path(store.layout.images, "blobs", "sha256")
    return set(os.listdir(folder)) if folder.exists() else set()


def index(store: ImageStore) -> list[dict[str, Any]]:
    document: dict[str, Any] = json.loads(Path(store.layout.index).read_text())
    return list(document["manifests"])


def collect(store: ImageStore, *manifests: Digest) -> int:
    """Remove the blobs that neither a listed image nor one of the manifests needs; return the bytes freed."""
    needed = reachable.needed(store, manifests)
    return reachable.remove_blobs(store.layout, reachable.unneeded_blobs(store.layout, needed))


BUSYBOX = "docker.io/library/busybox:latest"


# names and ids


def test_an_empty_store_has_no_image_and_makes_no_files(store: ImageStore) -> None:
    assert store.entries() == ()
    with pytest.raises(NoSuchImage, match="no such image: busybox"):
        store.get("busybox")
    assert not os.path.exists(store.layout.root)


@pytest.mark.parametrize("name", ["busybox", "busybox:latest", "docker.io/busybox", BUSYBOX])
def test_an_image_answers_to_every_form_of_its_name(store: ImageStore, name: str) -> None:
    image_id = add(store, BUSYBOX)
    assert store.get(name).id == image_id


@pytest.mark.parametrize("length", [1, 12, 63, 64])
def test_an_image_answers_to_its_id_and_to_the_beginning_of_it(store: ImageStore, length: int) -> None:
    image_id = add(store, BUSYBOX)
    assert store.get(image_id.hex[:length]).id == image_id
    assert store.get(f"sha256:{image_id.hex[:length]}").id == image_id


def test_an_image_answers_to_the_digest_of_its_manifest(store: ImageStore) -> None:
    image_id = add(store, BUSYBOX)
    manifest = store.get("busybox").digest
    assert store.get(str(manifest)).id == image_id
    assert store.get(f"busybox@{manifest}").id == image_id
    assert store.get(f"busybox:whatever@{manifest}").id == image_id
    with pytest.raises(NoSuchImage):
        store.get(f"other@{manifest}")
    with pytest.raises(NoSuchImage):
        store.get(f"busybox@{image_id}")


def test_a_short_name_finds_podmans_localhost_image_after_dockers(store: ImageStore) -> None:
    local = add(store, "localhost/tool:latest", content="local")
    assert store.get("tool").id == local
    hub = add(store, "docker.io/library/tool:latest", content="hub")
    assert store.get("tool").id == hub
    assert store.get("localhost/tool").id == local
    with pytest.raises(NoSuchImage):
        store.get("docker.io/library/other")


def test_a_name_comes_before_an_id_that_begins_like_it(store: ImageStore) -> None:
    by_id = add(store, content="one")
    named = add(store, f"docker.io/library/{by_id.hex[:8]}:latest", content="two")
    assert store.get(by_id.hex[:8]).id == named
    assert store.get(by_id.hex[:9]).id == by_id


def test_an_id_prefix_that_fits_two_images_is_ambiguous(store: ImageStore) -> None:
    found: dict[str, Digest] = {}
    for number in range(40):
        image_id = add(store, content=str(number))
        if image_id.hex[0] in found:
            break
        found[image_id.hex[0]] = image_id
    with pytest.raises(AmbiguousName, match=f"image id {image_id.hex[0]} is ambiguous"):
        store.get(image_id.hex[0])


def test_a_mistyped_name_is_answered_with_the_near_ones(store: ImageStore) -> None:
    add(store, BUSYBOX, "docker.io/library/busybox:1.36")
    with pytest.raises(NoSuchImage) as caught:
        store.get("busibox")
    assert caught.value.hint == "did you mean busybox:latest?"
    with pytest.raises(NoSuchImage) as caught:
        store.get("busybox:1.37")
    assert "busybox:1.36" in caught.value.hint
    with pytest.raises(NoSuchImage) as caught:
        store.get("nginx")
    assert caught.value.hint == "`pod images` lists the images there are"
    assert no_such_image("x", ()).message == "no such image: x"


def test_what_is_neither_name_nor_id_is_an_invalid_reference(store: ImageStore) -> None:
    with pytest.raises(InvalidReference, match="must be lowercase"):
        store.get("BusyBox")


# giving and taking names


def test_a_name_that_moves_leaves_its_former_image_without_a_name(store: ImageStore) -> None:
    old = add(store, BUSYBOX, content="old")
    new = add(store, BUSYBOX, content="new")
    assert store.get("busybox").id == new
    assert store.get(old.hex).names == ()
    assert [REF_NAME in entry.get("annotations", {}) for entry in index(store)].count(False) == 1


def test_an_image_without_a_name_is_listed_once_however_often_it_comes(store: ImageStore) -> None:
    add(store)
    add(store)
    assert len(index(store)) == 1
    image_id = add(store, BUSYBOX)
    assert [entry.name for entry in store.entries()] == [BUSYBOX]
    add(store)
    assert store.get(image_id.hex).names == (BUSYBOX,)


def test_untagging_the_last_name_keeps_the_image_under_its_id(store: ImageStore) -> None:
    image_id = add(store, BUSYBOX, "docker.io/library/other:1")
    for name in ("busybox", "other:1"):
        with ImageChanges(store) as changes:
            changes.untag(changes.find(name))
    assert store.get(image_id.hex).names == ()
    assert len(index(store)) == 1


def test_a_change_that_fails_changes_nothing(store: ImageStore) -> None:
    add(store, BUSYBOX)
    before = Path(store.layout.index).read_bytes()
    with pytest.raises(RuntimeError), ImageChanges(store) as changes:
        changes.untag(changes.entries[0])
        raise RuntimeError
    assert Path(store.layout.index).read_bytes() == before


def test_what_other_tools_wrote_is_found_and_kept(store: ImageStore) -> None:
    image_id = add(store, BUSYBOX)
    entry = index(store)[0]
    entry["annotations"] = {REF_NAME: "mine:1", "org.example": "kept"}
    strange = {"mediaType": media_types.OCI_MANIFEST, "digest": "sha256:" + "0" * 64, "size": 1}
    document = {"schemaVersion": 2, "manifests": [entry, strange]}
    Path(store.layout.index).write_text(json.dumps(document))
    assert store.get("mine:1").id == image_id
    with ImageChanges(store) as changes:
        changes.tag(changes.find("mine:1"), "docker.io/library/more:1", NOW)
    assert strange in index(store)
    assert entry in index(store)
    assert store.get("more:1").id == image_id


def test_many_writers_at_once_lose_no_name(store: ImageStore) -> None:
    add(store, BUSYBOX)
    names = [f"docker.io/library/n{number}:1" for number in range(12)]
    fork = multiprocessing.get_context("fork")
    writers = [fork.Process(target=_tag, args=(store, name)) for name in names]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(30)
    assert set(store.get("busybox").names) == {BUSYBOX, *names}


def _tag(store: ImageStore, name: str) -> None:
    with ImageChanges(store) as changes:
        changes.tag(changes.find("busybox"), name, NOW)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"manifests":[]}', '{"schemaVersion":2,"manifests":[{}]}', "[" * 99999]
)
def test_a_broken_index_is_named_with_what_to_do(store: ImageStore, text: str) -> None:
    add(store, BUSYBOX)
    Path(store.layout.index).write_text(text)
    with pytest.raises(StorageError, match="the index of the image store is broken") as caught:
        store.entries()
    assert store.layout.index in caught.value.hint


def test_a_lost_blob_is_named(store: ImageStore) -> None:
    add(store, BUSYBOX)
    lost = store.get("busybox").digest
    os.unlink(store.layout.blob(lost))
    with pytest.raises(StorageError, match=f"the store has lost blob {lost}"):
        store.get("busybox")


# blobs


def test_a_blob_is_seen_in_the_store_only_when_it_is_published(store: ImageStore) -> None:
    with BlobStaging(store.layout, "test") as stage:
        digest = stage.add_bytes(b"hello")
        assert blobs(store) == set()
        stage.publish([digest])
        assert blobs(store) == {digest.hex}
    assert Path(store.layout.blob(digest)).read_bytes() == b"hello"
    assert os.listdir(store.layout.staging) == []


def stream_error(store: ImageStore, data: bytes, expected: Digest | None, size: int | None) -> PodError:
    with BlobStaging(store.layout, "test") as stage:
        with pytest.raises(PodError) as caught:
            stage.add_stream(io.BytesIO(data), "x.tar: layer", expected, size)
        assert os.listdir(stage.folder) == []
    return caught.value


def test_bytes_that_are_not_those_of_the_digest_never_become_a_blob(store: ImageStore) -> None:
    error = stream_error(store, b"evil", digest_of(b"good"), None)
    assert isinstance(error, DigestMismatch)
    assert error.message == f"x.tar: layer is damaged: its digest is {digest_of(b'evil')}, not {digest_of(b'good')}"


@pytest.mark.parametrize(("data", "found"), [(b"toolong", "more than 4"), (b"abc", "3")])
def test_a_blob_of_another_size_than_promised_is_refused(store: ImageStore, data: bytes, found: str) -> None:
    error = stream_error(store, data, None, 4)
    assert isinstance(error, ArchiveError)
    assert error.message == f"x.tar: layer is damaged: it has {found} bytes, not 4"


def test_an_endless_stream_is_cut_at_the_promised_size(store: ImageStore) -> None:
    class Endless:
        given = 0

        def read(self, size: int, /) -> bytes:
            self.given += size
            assert self.given < 10 << 20
            return bytes(size)

    with BlobStaging(store.layout, "test") as stage, pytest.raises(ArchiveError, match="more than 100 bytes"):
        stage.add_stream(Endless(), "x", None, 100)


def test_a_blob_that_the_store_has_stays_with_the_operation_when_it_is_collected(store: ImageStore) -> None:
    add(store, BUSYBOX)
    layer = store.get("busybox").manifest.layers[0].digest
    with BlobStaging(store.layout, "test") as stage:
        assert stage.has(layer)
        assert not stage.has(digest_of(b"never"))
        os.unlink(store.layout.blob(layer))
        stage.publish([layer])
    assert Path(store.layout.blob(layer)).read_bytes() == b"layer of x"


def test_two_writers_of_one_blob_agree(store: ImageStore) -> None:
    with BlobStaging(store.layout, "one") as one, BlobStaging(store.layout, "two") as two:
        digest = one.add_bytes(b"same")
        assert two.add_bytes(b"same") == digest
        assert one.publish([digest]) == [store.layout.blob(digest)]
        assert two.publish([digest]) == []
    assert Path(store.layout.blob(digest)).read_bytes() == b"same"


def test_an_index_that_cannot_be_written_takes_the_new_blobs_along(
    store: ImageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, BUSYBOX)
    before = blobs(store), Path(store.layout.index).read_bytes()

    def refuse(*_args: object, **_named: object) -> None:
        raise OSError(28, "No space left on device", store.layout.index)

    monkeypatch.setattr(files, "write_atomic", refuse)
    with pytest.raises(OSError, match="No space left"):
        add(store, "docker.io/library/new:1", content="new")
    assert (blobs(store), Path(store.layout.index).read_bytes()) == before


# garbage


def test_only_what_no_listed_image_needs_is_garbage(store: ImageStore) -> None:
    add(store, BUSYBOX)
    gone = add(store, "docker.io/library/gone:1", content="gone")
    kept = blobs(store) - {blob for blob in blobs(store) if _belongs(store, "gone:1", blob)}
    with ImageChanges(store) as changes:
        changes.remove(gone)
        changes.write()
        assert collect(store) > 0
    assert blobs(store) == kept
    assert store.get("busybox").names == (BUSYBOX,)
    assert reachable.needed(store).layers == {digest_of(b"layer of x").hex}


def _belongs(store: ImageStore, name: str, blob: str) -> bool:
    image = store.get(name)
    return blob in {image.digest.hex, image.id.hex, *(layer.digest.hex for layer in image.manifest.layers)}


def test_an_unlisted_manifest_that_a_container_needs_is_no_garbage(store: ImageStore) -> None:
    image_id = add(store, BUSYBOX)
    manifest = store.get("busybox").digest
    before = blobs(store)
    with ImageChanges(store) as changes:
        changes.remove(image_id)
        changes.write()
        collect(store, manifest)
    assert blobs(store) == before
    assert store.by_manifest(manifest).id == image_id


def test_a_broken_manifest_does_not_keep_garbage_from_being_collected(store: ImageStore) -> None:
    add(store, BUSYBOX)
    os.unlink(store.layout.blob(store.get("busybox").digest))
    with ImageChanges(store):
        collect(store)
    assert blobs(store) == set()


# unfinished work


def test_a_sweep_takes_what_dead_processes_left_and_leaves_the_rest(store: ImageStore) -> None:
    dead = _left_by_a_child(store)
    with BlobStaging(store.layout, "alive") as alive:
        staging.sweep(store.layout)
        assert os.listdir(store.layout.staging) == [os.path.basename(alive.folder)]
        assert not os.path.exists(dead)


def test_a_sweep_leaves_a_folder_that_somebody_still_holds_locked(store: ImageStore) -> None:
    dead = _left_by_a_child(store)  # as a maker in another pid namespace looks
    fd = os.open(dead, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    staging.sweep(store.layout)
    assert os.path.exists(dead)
    os.close(fd)
    staging.sweep(store.layout)
    assert not os.path.exists(dead)


def _left_by_a_child(store: ImageStore) -> str:
    return _in_child(lambda: BlobStaging(store.layout, "dead").folder)


def _in_child(work: Callable[[], str]) -> str:
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(write, work().encode())
        os._exit(0)
    os.close(write)
    os.waitpid(pid, 0)
    with open(read) as stream:
        return stream.read()
