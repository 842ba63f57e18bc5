"""docker-archive: what `docker save` writes. `manifest.json` lists images with their configuration, layers and tags.

Until Docker 24 each layer was a folder with a layer.tar; since Docker 25 the archive is an OCI layout as well, and
manifest.json points into blobs/sha256. Layers are uncompressed, or compressed by other tools; equal ones may be links.
https://github.com/moby/docker-image-spec/blob/main/v1.2.md, "Combined Image JSON + Filesystem Changeset Format"
"""

from __future__ import annotations

import hashlib

from pod.errors import ArchiveError, DigestMismatch, InvalidReference
from pod.linux.ids import is_id
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.manifest import Index
from pod.storage.archives.archived import (
    ArchivedImage,
    ArchivedLayer,
    check_counts,
    normalise,
    platform_of,
    read_config,
    read_manifest,
)
from pod.storage.archives.oci_layout import blob_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from pod.oci.manifest import Descriptor, Manifest
    from pod.storage.archives.tree import Tree

LIST = "manifest.json"


def read(tree: Tree, document: list[Any]) -> list[ArchivedImage]:
    """Return the images that an archive's manifest.json lists."""
    manifests = _oci_manifests(tree)
    return [_image(tree, item, manifests) for item in document]


def _image(tree: Tree, item: Any, manifests: dict[Digest, tuple[bytes, Manifest]]) -> ArchivedImage:
    config_name, layer_names, tags = _fields(tree, item)
    data = tree.read(config_name)
    image_id = Digest(hashlib.sha256(data).hexdigest())
    promised = config_name.rpartition("/")[2].removesuffix(".json").removeprefix("sha256:")
    if is_id(promised) and promised != image_id.hex:
        raise DigestMismatch(f"{tree.shown}: {config_name}", f"sha256:{promised}", str(image_id))
    config = read_config(tree, config_name, data)
    check_counts(tree, LIST, len(layer_names), config)
    pairs = tuple(zip(layer_names, config.rootfs.diff_ids, strict=True))
    for name in layer_names:
        tree.need(name)
    names = tuple(normalise(tree, tag) for tag in tags)
    found = manifests.get(image_id)
    if found is not None and len(found[1].layers) == len(pairs):
        layers = tuple(_oci_layer(*pair, layer) for pair, layer in zip(pairs, found[1].layers, strict=True))
        media_type = found[1].media_type or media_types.OCI_MANIFEST
        return ArchivedImage(image_id, data, layers, names, found[0], media_type, platform_of(config))
    layers = tuple(ArchivedLayer(name, diff_id) for name, diff_id in pairs)
    return ArchivedImage(image_id, data, layers, names, platform=platform_of(config))


def _fields(tree: Tree, item: Any) -> tuple[str, list[str], list[str]]:
    """Return Config, Layers and RepoTags of one image. Raises ArchiveError."""
    if not isinstance(item, dict):
        raise ArchiveError(f"{tree.shown}: {LIST} lists something that is no image")
    config, layers, tags = item.get("Config"), item.get("Layers") or [], item.get("RepoTags") or []
    if not isinstance(config, str) or not _are_texts(layers) or not _are_texts(tags):
        raise ArchiveError(f"{tree.shown}: {LIST} has an image without Config, or with broken Layers or RepoTags")
    return config, layers, tags


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _oci_layer(name: str, diff_id: Digest, descriptor: Descriptor) -> ArchivedLayer:
    return ArchivedLayer(name, diff_id, descriptor.digest, descriptor.size, descriptor.media_type)


def _oci_manifests(tree: Tree) -> dict[Digest, tuple[bytes, Manifest]]:
    """Return the OCI manifests that the archive has as well, by the image they describe: kept, not written anew."""
    if not tree.has("index.json"):
        return {}
    try:
        found = [
            (data, read_manifest(tree, descriptor.digest.hex, data))
            for descriptor, data in _blobs_below(tree, Index.from_json(tree.document("index.json")))
        ]
    except (ArchiveError, ValueError, InvalidReference):
        return {}  # manifest.json alone is enough
    return {manifest.config.digest: (data, manifest) for data, manifest in found}


def _blobs_below(tree: Tree, index: Index) -> Iterator[tuple[Descriptor, bytes]]:
    for descriptor in index.manifests:
        name = blob_name(descriptor.digest)
        if not tree.has(name):
            continue
        data = tree.read(name)
        if hashlib.sha256(data).hexdigest() != descriptor.digest.hex:
            continue
        if media_types.is_index(descriptor.media_type):
            yield from _blobs_below(tree, Index.from_json(tree.parse(name, data)))
        elif media_types.is_manifest(descriptor.media_type):
            yield descriptor, data
