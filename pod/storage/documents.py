"""Small blobs, read whole: manifests and configurations. On the path of `run`, unlike the writing of blobs."""

from __future__ import annotations

from pod.errors import StorageError
from pod.linux import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.oci.digest import Digest
    from pod.storage.layout import StorageLayout

DOCUMENT_LIMIT = 16 << 20  # bytes; Podman stops at 4 MiB, Docker at 8 MiB


def read_document(layout: StorageLayout, digest: Digest, limit: int = DOCUMENT_LIMIT) -> bytes:
    """Return a small blob. It was verified when it was stored and is not hashed again."""
    try:
        return files.read_bytes(layout.blob(digest), limit)
    except FileNotFoundError:
        raise StorageError(
            f"the store has lost blob {digest}", hint="remove the images that need it and load or pull them again"
        ) from None
