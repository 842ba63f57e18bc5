"""Descriptors, manifests and indexes of the OCI image specification (descriptor.md, manifest.md, image-index.md)."""

from __future__ import annotations

from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.platform import Platform
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

REF_NAME = "org.opencontainers.image.ref.name"
CONTAINERD_NAME = "io.containerd.image.name"  # the full name, where REF_NAME is the bare tag as Docker writes it
IMAGE_ID = "pod.image.id"  # in our own index: the digest of the configuration
PARTS = "pod.image.parts"  # in our own index: of which configuration, blobs and layers it is made, abbreviated
TAGGED = "pod.image.tagged"  # in our own index: when the name was given


class Descriptor(Record):
    """A pointer to a blob: its type, digest and size in bytes."""

    _omit_defaults = True
    _wire = {"media_type": "mediaType", "artifact_type": "artifactType"}

    media_type: str
    digest: Digest
    size: int
    platform: Platform | None = None
    annotations: dict[str, str] = {}
    urls: tuple[str, ...] = ()
    artifact_type: str = ""
    unknown: dict[str, Any] = {}


class Manifest(Record):
    """An image manifest: one configuration and its layers, lowest first."""

    _omit_defaults = True
    _wire = {"schema_version": "schemaVersion", "media_type": "mediaType", "artifact_type": "artifactType"}

    schema_version: int
    config: Descriptor
    layers: tuple[Descriptor, ...]
    media_type: str = ""
    annotations: dict[str, str] = {}
    subject: Descriptor | None = None
    artifact_type: str = ""
    unknown: dict[str, Any] = {}

    @classmethod
    def of(
        cls, config: Descriptor, layers: tuple[Descriptor, ...], annotations: dict[str, str] | None = None
    ) -> Manifest:
        """Return a new OCI manifest."""
        return cls(2, config, layers, media_types.OCI_MANIFEST, annotations or {})

    def in_types(self, convert: Callable[[str], str]) -> Manifest:
        """Return the manifest with its own and its blobs' media types converted."""
        return self.replace(
            media_type=convert(self.media_type),
            config=self.config.replace(media_type=convert(self.config.media_type)),
            layers=tuple(layer.replace(media_type=convert(layer.media_type)) for layer in self.layers),
        )


class Index(Record):
    """An image index: manifests for several platforms, or the table of contents of an OCI image layout."""

    _omit_defaults = True
    _wire = {"schema_version": "schemaVersion", "media_type": "mediaType", "artifact_type": "artifactType"}

    schema_version: int
    manifests: tuple[Descriptor, ...]
    media_type: str = ""
    annotations: dict[str, str] = {}
    artifact_type: str = ""
    unknown: dict[str, Any] = {}

    def for_platform(self, wanted: Platform) -> Descriptor | None:
        """Return the manifest for a platform; one that names none comes after those that name the right one.

        Build attestations are manifests for the platform unknown/unknown: they are nobody's image.
        """
        for descriptor in self.manifests:
            if descriptor.platform is not None and descriptor.platform.matches(wanted):
                return descriptor
        return next((descriptor for descriptor in self.manifests if descriptor.platform is None), None)
