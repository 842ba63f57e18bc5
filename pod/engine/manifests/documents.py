"""Manifest lists as bytes: OCI's index and Docker's list, the same data with their members in the usual order.

The order is that of the specifications' own examples, which other engines write, too: the same list gets the same
digest everywhere. https://github.com/opencontainers/image-spec/blob/main/image-index.md
"""

from __future__ import annotations

from pod.errors import UsageError
from pod.linux import jsonfile
from pod.oci import media_types
from pod.oci.manifest import Index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.oci.manifest import Descriptor

_OCI_ORDER = ("mediaType", "digest", "size", "urls", "annotations", "platform", "artifactType")
_DOCKER_ORDER = ("mediaType", "size", "digest", "urls", "platform")
_PLATFORM_ORDER = ("architecture", "os", "os.version", "os.features", "variant", "features")


def natural_type(index: Index) -> str:
    """Return the media type that a list needs: Docker's, unless something in it is of OCI's making."""
    said = bool(index.annotations or index.artifact_type or index.unknown)
    for entry in index.manifests:
        said = said or bool(entry.annotations or entry.artifact_type) or media_types.is_oci(entry.media_type)
    return media_types.OCI_INDEX if said else media_types.DOCKER_LIST


def dump(index: Index, format: str = "") -> tuple[bytes, str]:
    """Return a list's bytes and media type; `format` is oci, v2s2, or "" for what the list needs.

    Raises UsageError where it does not fit into Docker's.
    """
    wanted = {"oci": media_types.OCI_INDEX, "v2s2": media_types.DOCKER_LIST}.get(format) or natural_type(index)
    if wanted == media_types.DOCKER_LIST:
        _check_for_docker(index)
    order = _OCI_ORDER if wanted == media_types.OCI_INDEX else _DOCKER_ORDER
    document: dict[str, Any] = {"schemaVersion": 2, "mediaType": wanted}
    if index.artifact_type:
        document["artifactType"] = index.artifact_type
    document["manifests"] = [_entry(entry, order) for entry in index.manifests]
    document.update(index.unknown)
    if index.annotations:
        document["annotations"] = dict(sorted(index.annotations.items()))
    return jsonfile.dumps(document), wanted


def _check_for_docker(index: Index) -> None:
    if index.annotations or any(entry.annotations or entry.artifact_type for entry in index.manifests):
        raise UsageError(
            "the list has annotations or artifacts, which Docker's format does not know", hint="push it as oci"
        )


def _entry(entry: Descriptor, order: tuple[str, ...]) -> dict[str, Any]:
    document = entry.to_json()
    found = {key: document[key] for key in order if document.get(key)}
    if "annotations" in found:
        found["annotations"] = dict(sorted(found["annotations"].items()))
    if "platform" in found:
        found["platform"] = {key: found["platform"][key] for key in _PLATFORM_ORDER if found["platform"].get(key)}
    return found
