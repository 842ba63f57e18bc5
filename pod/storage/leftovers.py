"""Images that were taken out of the index, and whose blobs and layers may lie in the store still.

The note is written before the index loses the image, and goes when its parts are gone: whoever is killed in between,
or leaves a layer to a container that needs it, has somebody to come back for it.

    leftovers/HEX     the image's line of the index, under the digest of its manifest
    garbage           an empty file: somebody was killed whose parts no note tells of; look at everything once
"""

from __future__ import annotations

import os

from pod.linux import files
from pod.storage import index_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.storage.layout import StorageLayout


def note(layout: StorageLayout, line: bytes) -> None:
    """Note an image before the index loses it."""
    files.make_folders(layout.leftovers)
    name = index_file.understood(line).digest.hex
    files.write_atomic(f"{layout.leftovers}/{name}", line, durable=False)


def every(layout: StorageLayout) -> list[bytes]:
    """Return the lines of all images that were taken out of the index."""
    try:
        names = os.listdir(layout.leftovers)
    except FileNotFoundError:
        return []
    return [files.read_bytes(f"{layout.leftovers}/{name}") for name in names]


def forget(layout: StorageLayout, manifest: str) -> None:
    """Forget an image, by the hexadecimal digest of its manifest: of its parts nothing is left that nobody needs."""
    files.remove_file(f"{layout.leftovers}/{manifest}")


def suspect(layout: StorageLayout) -> None:
    """Have the next collection look at everything: what a killed command left, no note tells."""
    files.make_folders(layout.root)
    os.close(os.open(layout.garbage, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))


def are_suspected(layout: StorageLayout) -> bool:
    return os.path.exists(layout.garbage)


def begin_afresh(layout: StorageLayout) -> None:
    """Forget all that was suspected: for who looks at everything now, under the store's lock."""
    files.remove_file(layout.garbage)
