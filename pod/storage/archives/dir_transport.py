"""A folder as skopeo's `dir:` transport writes it (`podman save --format docker-dir`): blobs named by their hex digest.

https://github.com/containers/image/blob/main/docs/containers-transports.5.md, "dir:path"
"""

from __future__ import annotations

import hashlib

from pod.errors import DigestMismatch
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.storage.archives.archived import (
    ArchivedImage,
    ArchivedLayer,
    check_counts,
    platform_of,
    read_config,
    read_manifest,
)
from pod.storage.archives.oci_layout import check_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.storage.archives.tree import Tree

MANIFEST = "manifest.json"
VERSION = b"Directory Transport Version: 1.1\n"


def read(tree: Tree) -> list[ArchivedImage]:
    """Return the one image of the folder; the format knows no names."""
    data = tree.read(MANIFEST)
    manifest = read_manifest(tree, MANIFEST, data)
    config_data = tree.read(manifest.config.digest.hex)
    image_id = Digest(hashlib.sha256(config_data).hexdigest())
    if image_id != manifest.config.digest:
        raise DigestMismatch(f"{tree.shown}: {manifest.config.digest.hex}", str(manifest.config.digest), str(image_id))
    config = read_config(tree, manifest.config.digest.hex, config_data)
    check_counts(tree, MANIFEST, len(manifest.layers), config)
    layers = []
    for layer, diff_id in zip(manifest.layers, config.rootfs.diff_ids, strict=True):
        check_size(tree, layer.digest.hex, layer.size)
        layers.append(ArchivedLayer(layer.digest.hex, diff_id, layer.digest, layer.size, layer.media_type))
    media_type = manifest.media_type or media_types.DOCKER_MANIFEST
    return [ArchivedImage(image_id, config_data, tuple(layers), (), data, media_type, platform_of(config))]
