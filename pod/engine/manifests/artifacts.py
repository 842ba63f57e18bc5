"""Files as an OCI artifact that a manifest list may have beside its images.

https://github.com/opencontainers/image-spec/blob/main/manifest.md#guidelines-for-artifact-usage
"""

from __future__ import annotations

import hashlib
import mimetypes
import os

from pod.errors import NotFound, StorageError
from pod.linux import files, jsonfile
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.manifest import Descriptor, Manifest
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

TITLE = "org.opencontainers.image.title"
_EMPTY = "application/vnd.oci.empty.v1+json"
_UNKNOWN = "application/octet-stream"
_LIMIT = 64 << 20  # bytes of one file: what is larger belongs into an image


class ArtifactOptions(Record):
    """What a person says of an artifact."""

    type: str = ""
    config: str = ""  # a file
    config_type: str = ""
    layer_type: str = ""
    exclude_titles: bool = False
    subject: Descriptor | None = None
    annotations: dict[str, str] = {}


class Artifact(Record):
    """An artifact's entry for a list, and all its blobs."""

    entry: Descriptor
    blobs: tuple[bytes, ...]


def make(paths: Sequence[str], options: ArtifactOptions) -> Artifact:
    """Return files as an artifact. Raises NotFound, StorageError."""
    config = _read(options.config) if options.config else b"{}"
    config_type = options.config_type or (_EMPTY if not options.config else _type(options.config))
    blobs = [config]
    layers = []
    for path in paths:
        data = _read(path)
        titles = {} if options.exclude_titles else {TITLE: os.path.basename(path)}
        layers.append(_descriptor(data, options.layer_type or _type(path)).replace(annotations=titles))
        blobs.append(data)
    manifest = Manifest(
        2,
        _descriptor(config, config_type),
        tuple(layers),
        media_types.OCI_MANIFEST,
        options.annotations,
        options.subject,
        options.type or "application/vnd.unknown.artifact.v1",
    )
    document = jsonfile.dumps(manifest.to_json())
    entry = _descriptor(document, media_types.OCI_MANIFEST).replace(artifact_type=manifest.artifact_type)
    return Artifact(entry, (*blobs, document))


def _descriptor(data: bytes, media_type: str) -> Descriptor:
    return Descriptor(media_type, Digest(hashlib.sha256(data).hexdigest()), len(data))


def _type(path: str) -> str:
    return mimetypes.guess_type(path)[0] or _UNKNOWN


def _read(path: str) -> bytes:
    try:
        return files.read_bytes(path, _LIMIT)
    except FileNotFoundError:
        raise NotFound(f"no such file: {path}", hint="--artifact takes the names of files") from None
    except (OSError, ValueError) as err:
        raise StorageError(f"cannot read {path}: {getattr(err, 'strerror', None) or err}") from err
