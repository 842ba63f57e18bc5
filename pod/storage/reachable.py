"""What an image needs of the store: blobs, unpacked layers; and what nothing needs any more."""

from __future__ import annotations

import os

from pod.errors import InvalidReference, StorageError
from pod.linux import files
from pod.linux.ids import is_id
from pod.oci.digest import Digest
from pod.oci.image_config import ImageConfig
from pod.oci.manifest import Index, Manifest
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pod.storage.images import ImageStore
    from pod.storage.layout import StorageLayout

_LENGTH = 16
"""Digits of a digest that stand for it in the index. Two that begin alike keep each other, and that is all."""


def part(name: str) -> str:
    """Return how the hexadecimal part of a digest stands in the index, among what an image has."""
    return name[:_LENGTH]


def parts(store: ImageStore, manifest: Digest) -> str:
    """Return what an image has, for its line in the index: who removes another sees there what stays in use.

    "" where its documents cannot be read.
    """
    try:
        document = Manifest.from_json(store.document(manifest))
        config = ImageConfig.from_json(store.document(document.config.digest))
    except (StorageError, InvalidReference, ValueError):
        return ""
    digests = (document.config.digest, *(layer.digest for layer in document.layers), *config.rootfs.diff_ids)
    return " ".join(dict.fromkeys(part(digest.hex) for digest in digests))


class Needed(Record):
    """What must not be collected, as the hexadecimal part of digests."""

    blobs: set[str]
    layers: set[str]


def needed(store: ImageStore, manifests: Iterable[Digest] = (), layers: Iterable[Digest] = ()) -> Needed:
    """Return the blobs and unpacked layers that the listed images need, and further manifests and layers.

    What a lost or broken manifest needs is unknown, and of no use to anybody either.
    """
    return reachable(store, (*(descriptor.digest for descriptor in store.index().manifests), *manifests), layers)


def reachable(store: ImageStore, manifests: Iterable[Digest], layers: Iterable[Digest] = ()) -> Needed:
    """Return what some manifests need, and further layers."""
    result = Needed(set(), {diff_id.hex for diff_id in layers})
    for digest in manifests:
        _reach(store, digest, result)
    return result


def _reach(store: ImageStore, digest: Digest, result: Needed) -> None:
    if digest.hex in result.blobs:
        return
    result.blobs.add(digest.hex)
    try:
        document = store.document(digest)
        if "manifests" in document:
            for descriptor in Index.from_json(document).manifests:  # of its platforms perhaps only one is here
                _reach(store, descriptor.digest, result)
            return
        manifest = Manifest.from_json(document)
        result.blobs.add(manifest.config.digest.hex)
        result.blobs.update(layer.digest.hex for layer in manifest.layers)
        config = ImageConfig.from_json(store.document(manifest.config.digest))
        result.layers.update(diff_id.hex for diff_id in config.rootfs.diff_ids)
    except (StorageError, InvalidReference, ValueError):
        return


def remove_blobs(layout: StorageLayout, names: Iterable[str]) -> int:
    """Remove blobs by their names and return the bytes that this frees. The caller holds the store's lock."""
    freed = 0
    for name in names:
        path = f"{layout.images}/blobs/sha256/{name}"
        try:
            freed += os.lstat(path).st_blocks * 512
        except FileNotFoundError:
            continue  # a layer of a build has none until it is pushed
        files.remove_file(path)
    return freed


def unneeded_blobs(layout: StorageLayout, needed: Needed) -> list[str]:
    """Return the names of the blobs that nothing needs. The caller holds the store's lock."""
    return [name for name in _names(f"{layout.images}/blobs/sha256") if name not in needed.blobs]


def unpacked_layers(layout: StorageLayout) -> list[Digest]:
    """Return the layers that are unpacked.

    For a collection this comes before asking what is needed: a layer is announced before it is there.
    """
    return [Digest(name) for name in _names(layout.layers) if is_id(name)]


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []
