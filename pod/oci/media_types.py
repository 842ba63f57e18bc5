"""Media types of the OCI image specification and of Docker's older formats, as constants and predicates."""

from __future__ import annotations

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
OCI_LAYER_GZIP = OCI_LAYER + "+gzip"
OCI_LAYER_ZSTD = OCI_LAYER + "+zstd"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"
DOCKER_LAYER_GZIP = "application/vnd.docker.image.rootfs.diff.tar.gzip"
DOCKER_LAYER_ZSTD = "application/vnd.docker.image.rootfs.diff.tar.zstd"


def is_index(media_type: str) -> bool:
    return media_type in (OCI_INDEX, DOCKER_LIST)


def is_manifest(media_type: str) -> bool:
    return media_type in (OCI_MANIFEST, DOCKER_MANIFEST)


def is_layer(media_type: str) -> bool:
    return media_type.startswith((OCI_LAYER, DOCKER_LAYER))


def is_oci(media_type: str) -> bool:
    return media_type.startswith("application/vnd.oci.")


def compression(media_type: str) -> str:
    """Return "gzip", "zstd" or "" for a layer's media type."""
    if media_type.endswith(("+gzip", ".gzip")):
        return "gzip"
    return "zstd" if media_type.endswith(("+zstd", ".zstd")) else ""


def compressed(media_type: str, name: str) -> str:
    """Return the type of an uncompressed layer when it is compressed: +gzip of OCI's, .gzip of Docker's."""
    return f"{media_type}{'+' if media_type.startswith(OCI_LAYER) else '.'}{name}"


_TWINS = (
    (OCI_INDEX, DOCKER_LIST),
    (OCI_MANIFEST, DOCKER_MANIFEST),
    (OCI_CONFIG, DOCKER_CONFIG),
    (OCI_LAYER, DOCKER_LAYER),
    (OCI_LAYER_GZIP, DOCKER_LAYER_GZIP),
    (OCI_LAYER_ZSTD, DOCKER_LAYER_ZSTD),
)


def in_oci_types(media_type: str) -> str:
    """Return OCI's name for the same type; one that has none stays as it is."""
    return next((oci for oci, docker in _TWINS if docker == media_type), media_type)


def in_docker_types(media_type: str) -> str:
    """Return Docker's name for the same type; one that has none stays as it is."""
    return next((docker for oci, docker in _TWINS if oci == media_type), media_type)
