"""Whether the images of an archive or a folder may be used, by the policy for its transport."""

from __future__ import annotations

import hashlib
import os

from pod.oci import transports
from pod.oci.digest import Digest
from pod.registry.trust.checked import CheckedImage, path_scopes
from pod.registry.trust.policy import Policy
from pod.storage.archives import opening

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.storage.archives.archived import ArchivedImage
    from pod.storage.archives.opening import Input
    from pod.storage.archives.tree import Tree

_MOST = 128  # signatures of one image
_LIMIT = 4 << 20


class ArchivePolicy:
    """The policy for one archive. Make it before the user's namespace is entered: there, paths may lead elsewhere."""

    def __init__(self, source: Input, chosen: str = "") -> None:
        self._policy = Policy.load(chosen)
        self._is_folder = os.path.isdir(source.shown)
        self._path = os.path.realpath(source.shown) if os.path.exists(source.shown) else ""

    def check(self, tree: Tree, images: Sequence[ArchivedImage]) -> None:
        """Raise NotTrusted unless every image may be used."""
        transport = opening.transport(tree, is_folder=self._is_folder)
        scopes = path_scopes(transport, self._path) if self._path else ()
        for image in images:
            digest = Digest(hashlib.sha256(image.manifest).hexdigest()) if image.manifest else image.id
            shown = f"{tree.shown}:{image.names[0]}" if image.names else tree.shown
            self._policy.check(
                CheckedImage(shown, transport, scopes, digest, None, lambda: _signatures(tree, transport))
            )


def _signatures(tree: Tree, transport: str) -> list[bytes]:
    """Return the signatures that a `dir:` keeps beside its image; other formats have no place for them."""
    found: list[bytes] = []
    if transport == transports.DIR:
        while len(found) < _MOST and tree.has(f"signature-{len(found) + 1}"):
            found.append(tree.read(f"signature-{len(found) + 1}", _LIMIT))
    return found
