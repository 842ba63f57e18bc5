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
    from pod.oci.manifest import Descriptor
    from pod.storage.layout import StorageLayout


def note(layout: StorageLayout, line: bytes) -> None:
    """Note an image before the index loses it."""
    files.make_folders(layout.leftovers)
    name = index_file.understood(line).digest.hex
    files.write_atomic(f"{layout.leftovers}/{name}", line, durable=False)


def every(layout: StorageLayout) -> list[Descriptor]:
    """Return all images that were taken out of the index. A note that a power cut has broken is a suspicion."""
    try:
        names = os.listdir(layout.leftovers)
    except FileNotFoundError:
        return []
    found = []
    for name in names:
        try:
            found.append(index_file.understood(files.read_bytes(f"{layout.leftovers}/{name}")))
        except ValueError:
            suspect(layout)
            forget(layout, name)
    return found


def forget(layout: StorageLayout, manifest: str) -> None:
    """Forget an image, by the hexadecimal digest of its manifest: of its parts nothing is left that nobody needs."""
    files.remove_file(f"{layout.leftovers}/{manifest}")


def suspect(layout: StorageLayout) -> None:
    """Have the next collection look at everything: what a killed command left, no note tells."""
    files.make_folders(layout.root)
    os.close(os.open(layout.garbage, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
    os.utime(layout.garbage)


def suspicion(layout: StorageLayout) -> int:
    """Return when something was last suspected, 0 where nothing is."""
    try:
        return os.stat(layout.garbage).st_mtime_ns
    except FileNotFoundError:
        return 0


def settle(layout: StorageLayout, before: int) -> None:
    """Forget what was suspected before everything was looked at; whoever is killed meanwhile has settled nothing."""
    if suspicion(layout) == before:
        files.remove_file(layout.garbage)
