"""OCI image layout, as a folder or in a tarball (oci-archive): index.json leads to blobs (image-layout.md)."""

from __future__ import annotations

import hashlib

from pod.errors import ArchiveError, DigestMismatch, InvalidReference
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.manifest import CONTAINERD_NAME, REF_NAME, Descriptor, Index
from pod.storage.archives.archived import (
    ArchivedImage,
    ArchivedLayer,
    check_counts,
    normalise,
    platform_of,
    read_config,
    read_manifest,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.oci.platform import Platform
    from pod.storage.archives.tree import Tree

_MAX_NESTING = 4
_ATTESTATION = "vnd.docker.reference.type"  # on manifests that only say something about another manifest


def blob_name(digest: Digest) -> str:
    return f"blobs/sha256/{digest.hex}"


def read(tree: Tree, platform: Platform) -> list[ArchivedImage]:
    """Return the images of a layout; of those for several platforms, the one for `platform` if there is one."""
    index = _index(tree, "index.json", tree.read("index.json"))
    groups: dict[str, list[Descriptor]] = {}
    for descriptor in index.manifests:
        groups.setdefault(_name(descriptor), []).append(descriptor)
    images: dict[Digest, ArchivedImage] = {}
    for name, descriptors in groups.items():
        fitting = _fitting(descriptors, platform)
        for descriptor in fitting[:1] if name else fitting:
            image = _image(tree, _choose(tree, descriptor, platform, 0))
            known = images.get(image.id, image)
            names = (normalise(tree, name, local=True),) if name else ()
            images[image.id] = known.replace(names=tuple(dict.fromkeys((*known.names, *names))))
    if not images:
        raise ArchiveError(f"{tree.shown}: the OCI layout lists no image")
    return list(images.values())


def _name(descriptor: Descriptor) -> str:
    """Return the name of an image: Docker writes the bare tag where the specification has a place for names."""
    return descriptor.annotations.get(CONTAINERD_NAME) or descriptor.annotations.get(REF_NAME, "")


def _fitting(descriptors: list[Descriptor], platform: Platform) -> list[Descriptor]:
    """Leave out what is for other platforms, unless nothing else is there."""
    images = [found for found in descriptors if _ATTESTATION not in found.annotations]
    return [found for found in images if found.platform is None or found.platform.matches(platform)] or images


def _choose(tree: Tree, descriptor: Descriptor, platform: Platform, depth: int) -> Descriptor:
    """Follow indexes down to the manifest for the platform; what the archive does not hold is passed over."""
    if not media_types.is_index(descriptor.media_type):
        return descriptor
    if depth == _MAX_NESTING:
        raise ArchiveError(f"{tree.shown}: image indexes are nested too deeply")
    name = blob_name(descriptor.digest)
    index = _index(tree, name, read_blob(tree, descriptor))
    here = [found for found in index.manifests if tree.has(blob_name(found.digest))]
    fitting = _fitting(here, platform)
    if not fitting:
        raise ArchiveError(f"{tree.shown}: {name} lists no image that is in the archive")
    return _choose(tree, fitting[0], platform, depth + 1)


def _index(tree: Tree, member: str, data: bytes) -> Index:
    try:
        return Index.from_json(tree.parse(member, data))
    except (ValueError, InvalidReference) as err:
        raise ArchiveError(f"{tree.shown}: {member} is no image index: {err}") from None


def _image(tree: Tree, descriptor: Descriptor) -> ArchivedImage:
    member = blob_name(descriptor.digest)
    data = read_blob(tree, descriptor)
    manifest = read_manifest(tree, member, data)
    if manifest.config.media_type not in (media_types.OCI_CONFIG, media_types.DOCKER_CONFIG):
        kind = manifest.artifact_type or manifest.config.media_type
        raise ArchiveError(f"{tree.shown}: {member} is no container image but {kind!r:.100}")
    config_name = blob_name(manifest.config.digest)
    config_data = read_blob(tree, manifest.config)
    config = read_config(tree, config_name, config_data)
    check_counts(tree, member, len(manifest.layers), config)
    layers = tuple(
        _layer(tree, blob_name(layer.digest), diff_id, layer)
        for layer, diff_id in zip(manifest.layers, config.rootfs.diff_ids, strict=True)
    )
    media_type = manifest.media_type or descriptor.media_type
    return ArchivedImage(manifest.config.digest, config_data, layers, (), data, media_type, platform_of(config))


def _layer(tree: Tree, name: str, diff_id: Digest, layer: Descriptor) -> ArchivedLayer:
    if layer.media_type.endswith("+encrypted"):
        raise ArchiveError(f"{tree.shown}: {name} is an encrypted layer", hint="decrypt the image with skopeo copy")
    check_size(tree, name, layer.size)
    return ArchivedLayer(name, diff_id, layer.digest, layer.size, layer.media_type)


def read_blob(tree: Tree, descriptor: Descriptor) -> bytes:
    """Return a document, verified against its descriptor."""
    name = blob_name(descriptor.digest)
    check_size(tree, name, descriptor.size)
    data = tree.read(name)
    found = hashlib.sha256(data).hexdigest()
    if found != descriptor.digest.hex:
        raise DigestMismatch(f"{tree.shown}: {name}", str(descriptor.digest), f"sha256:{found}")
    return data


def check_size(tree: Tree, name: str, promised: int) -> None:
    """Raise ArchiveError where a file is missing, or not as large as its descriptor says."""
    found = tree.need(name)
    if found != promised:
        raise ArchiveError(f"{tree.shown}: {name} is damaged: it has {found} bytes, not {promised}")
