"""Descriptors, manifests and indexes of the OCI image specification (descriptor.md, manifest.md, image-index.md)."""

from __future__ import annotations

from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.platform import Platform
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

REF_NAME = "org.opencontainers.image.ref.name"


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
