"""The images half of `system check`: the index, the blobs behind it, the unpacked layers."""

from __future__ import annotations

import hashlib
import os

from pod.engine.check_report import Finding
from pod.errors import InvalidReference, PodError, StorageError
from pod.linux import files, ids, jsonfile, times
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.manifest import Descriptor, Manifest
from pod.storage import host_image
from pod.storage.image_changes import ImageChanges, NewImage
from pod.storage.images import Entry, ImageStore, familiar
from pod.storage.layers import VERSION, Layer, LayerStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.engine.engine import Engine
    from pod.storage.images import Image

_BLOCK = 1 << 20


def check(engine: Engine, *, quick: bool, repair: bool) -> Iterator[Finding]:
    """Yield what is wrong with images. The caller is in the user's namespace."""
    yield from _index(engine, repair)
    if not quick:
        yield from _blobs(engine, repair)
    yield from _layers(engine, repair)
    yield from _images(engine, repair)


def _index(engine: Engine, repair: bool) -> Iterator[Finding]:
    """A broken index is put aside, and the images found again by their manifests; their names are lost."""
    store = ImageStore(engine.layout)
    try:
        store.index()
        return
    except StorageError as err:
        finding = Finding(err.message, "is put aside as index.json.broken, and images are listed again without names")
    if repair:
        with store.lock():
            os.rename(engine.layout.index, f"{engine.layout.index}.broken")
        with ImageChanges(store) as changes:
            for manifest in _manifests(engine):
                changes.add(manifest, times.now())
        finding = finding.mended
    yield finding


def _manifests(engine: Engine) -> list[NewImage]:
    """Return every blob that is the manifest of an image whose configuration is here, too."""
    found = []
    for digest in _blob_digests(engine):
        try:
            data = files.read_bytes(engine.layout.blob(digest), 4 << 20)
            manifest = Manifest.from_json(jsonfile.loads(data))
            ImageStore(engine.layout).document(manifest.config.digest)["rootfs"]
        except (OSError, ValueError, KeyError, TypeError, PodError):
            continue
        descriptor = Descriptor(manifest.media_type or media_types.OCI_MANIFEST, digest, len(data))
        found.append(NewImage(descriptor, manifest.config.digest, (), ()))
    return found


def _blob_digests(engine: Engine) -> list[Digest]:
    try:
        names = os.listdir(f"{engine.layout.images}/blobs/sha256")
    except FileNotFoundError:
        return []
    return [Digest(name) for name in sorted(names) if ids.is_id(name)]


def _blobs(engine: Engine, repair: bool) -> Iterator[Finding]:
    """A blob that is not what its name says is of no use to anybody; an image whose layer is unpacked runs without."""
    for digest in _blob_digests(engine):
        path = engine.layout.blob(digest)
        if _hash(path) == digest.hex:
            continue
        finding = Finding(
            f"blob {digest.short} is damaged: it is not what its digest says",
            "is removed; what needs it can be loaded or pulled again",
        )
        if repair:
            files.remove_file(path)
            finding = finding.mended
        yield finding


def _hash(path: str) -> str:
    digest = hashlib.sha256()
    try:
        with open(path, "rb", buffering=0) as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except FileNotFoundError:
        pass
    return digest.hexdigest()


def _layers(engine: Engine, repair: bool) -> Iterator[Finding]:
    store = LayerStore(engine.layout)
    for diff_id in _layer_digests(engine):
        what = _wrong_with(store, diff_id)
        if not what:
            continue
        has_files = os.path.isdir(store.path(diff_id))
        remedy = "is described anew" if has_files else "is removed, and unpacked again when it is needed"
        finding = Finding(f"layer {diff_id.short} {what}", remedy)
        if repair:
            _mend_layer(engine, store, diff_id, has_files)
            finding = finding.mended
        yield finding


def _layer_digests(engine: Engine) -> list[Digest]:
    try:
        return [Digest(name) for name in sorted(os.listdir(engine.layout.layers)) if ids.is_id(name)]
    except FileNotFoundError:
        return []


def _wrong_with(store: LayerStore, diff_id: Digest) -> str:
    if not os.path.isdir(store.path(diff_id)):
        return "has lost its files"
    if not store.has(diff_id):
        return "has lost its document"
    try:
        store.get(diff_id)
    except StorageError:
        return "has a broken document"
    return ""


def _mend_layer(engine: Engine, store: LayerStore, diff_id: Digest, has_files: bool) -> None:
    """A layer enters the store complete, so one with files but no document has lost only that."""
    if not has_files:
        store.remove(diff_id)
        return
    from pod.engine.sizes import tree_size

    path = store.path(diff_id)
    count = sum(len(names) for _folder, _folders, names in os.walk(path))
    layer = Layer(VERSION, diff_id, tree_size(path), count, times.now(), single_id=engine.enter().single)
    jsonfile.write(f"{engine.layout.layer(diff_id)}/layer.json", layer.to_json())


def _images(engine: Engine, repair: bool) -> Iterator[Finding]:
    """An image is usable when its documents are here and each layer as a blob or unpacked."""
    store = ImageStore(engine.layout)
    try:
        entries = store.entries()
    except StorageError:
        return  # told of already
    for entry in {entry.id: entry for entry in entries}.values():
        lost = _lost(engine, store, entry)
        if not lost:
            continue
        names = [familiar(other.name) for other in entries if other.id == entry.id and other.name]
        shown = ", ".join(names) or entry.id.short
        finding = Finding(f"image {shown} has lost {lost}", "is no longer listed: load or pull it again")
        if repair:
            with ImageChanges(store) as changes:
                changes.remove(entry.id)
            finding = finding.mended
        yield finding


def _lost(engine: Engine, store: ImageStore, entry: Entry) -> str:
    """Return what an image cannot do without, "" where all is there."""
    try:
        image = store.image(entry)
    except (StorageError, ValueError, InvalidReference):
        return "its manifest or its configuration"
    if host_image.is_from_host(image.config):
        return ""  # its layer is this machine, looked at anew when it is needed
    return _lost_layers(engine, image)


def _lost_layers(engine: Engine, image: Image) -> str:
    layers = LayerStore(engine.layout)
    lost = [
        diff_id.short
        for diff_id, descriptor in zip(image.diff_ids, image.manifest.layers, strict=False)
        if not layers.has(diff_id) and not os.path.exists(engine.layout.blob(descriptor.digest))
    ]
    return f"layer {', '.join(lost)}" if lost else ""
