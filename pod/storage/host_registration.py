"""Listing the image `host` in the store: its documents are written when somebody first names it.

The layer itself is built when it is first needed (host_layer), like any unpacked layer that is missing.
"""

from __future__ import annotations

from pod.linux import jsonfile, times
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.manifest import Descriptor, Manifest
from pod.oci.platform import Platform
from pod.storage import host_image
from pod.storage.images import Image, repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.oci.image_config import ImageConfig
    from pod.storage.blobs import BlobStaging
    from pod.storage.image_changes import NewImage
    from pod.storage.images import Entry, ImageStore


def register(store: ImageStore) -> Entry:
    """List the image for the present state of the machine and return its entry.

    The image of a former state loses the name, and its place in the list if it has no other name: containers that
    were made from it keep what they need.
    """
    from pod.storage import image_changes  # which those who only list images have no use for
    from pod.storage.blobs import BlobStaging

    with BlobStaging(store.layout, "host") as staging:
        image = _stage(staging)
        staging.flush(image.blobs)
        with image_changes.ImageChanges(store) as changes:
            former = changes.named(host_image.NAME)
            image_changes.publish(changes, staging, [image], times.now())
            if former is not None and not any(entry.name for entry in changes.of_image(former.id)):
                changes.remove(former.id)
            return next(entry for entry in changes.of_image(image.id) if entry.name == host_image.NAME)


def present() -> Image:
    """Return the image for the present state of the machine, listed or not; nothing is written."""
    document = host_image.config(host_image.stamp())
    config = jsonfile.dumps(document.to_json())
    manifest = _manifest(document, config)
    digest = Digest.of(jsonfile.dumps(manifest.to_json()))
    names = (host_image.NAME,)
    return Image(Digest.of(config), digest, manifest, document, names, (f"{repository(names[0])}@{digest}",))


def _stage(staging: BlobStaging) -> NewImage:
    from pod.storage.image_changes import NewImage

    document = host_image.config(host_image.stamp())
    config = jsonfile.dumps(document.to_json())
    image_id = staging.add_bytes(config)
    data = jsonfile.dumps(_manifest(document, config).to_json())
    digest = staging.add_bytes(data)
    descriptor = Descriptor(media_types.OCI_MANIFEST, digest, len(data), Platform.host())
    return NewImage(descriptor, image_id, (host_image.NAME,), (digest, image_id))


def _manifest(document: ImageConfig, config: bytes) -> Manifest:
    # The layer has no blob: whoever wants its bytes packs them (host_saving).
    layer = Descriptor(media_types.OCI_LAYER, document.rootfs.diff_ids[0], 0)
    return Manifest.of(Descriptor(media_types.OCI_CONFIG, Digest.of(config), len(config)), (layer,))
