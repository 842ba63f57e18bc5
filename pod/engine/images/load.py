"""`load`: images from an archive, a folder or a pipe into the store."""

from __future__ import annotations

import os

from pod.engine import events
from pod.engine.images.archive_trust import ArchivePolicy
from pod.engine.images.ingest import ingest
from pod.engine.images.publish import cannot_store
from pod.errors import ArchiveError
from pod.oci.digest import Digest
from pod.oci.platform import Platform
from pod.record import Record
from pod.storage.archives.archived import normalise
from pod.storage.archives.opening import Input, open_tree, read_images
from pod.storage.blobs import BlobStaging
from pod.storage.images import familiar
from pod.storage.staging import sweep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.engine.engine import Engine
    from pod.engine.images.ingest import LayerProgress
    from pod.storage.archives.archived import ArchivedImage
    from pod.storage.archives.tree import Tree


class Loaded(Record):
    """One image that was loaded: its id, and its full names (none for an image that was saved without one)."""

    id: Digest
    names: tuple[str, ...]


def open_input(path: str) -> Input:
    """Open an archive or a folder. Call it before the user's namespace is entered. Raises ArchiveError."""
    try:
        return Input(os.open(path, os.O_RDONLY | os.O_CLOEXEC), path)
    except OSError as err:
        raise ArchiveError(f"cannot read {path}: {err.strerror}") from err


def load(
    engine: Engine,
    source: Input,
    *,
    platform: str = "",
    only: str = "",
    called: str = "",
    policy: str = "",
    read_progress: Callable[[int], None] | None = None,
    layer_progress: LayerProgress | None = None,
) -> list[Loaded]:
    """Load every image of an archive, all or none, or `only` one by its name in there, to be `called` otherwise.

    `policy` is another policy.json. `read_progress` hears of bytes taken from a stream, `layer_progress` of layers
    being unpacked. Raises ArchiveError, DigestMismatch, NotTrusted, StorageError.
    """
    wanted = Platform.parse_text(platform) if platform else Platform.host()
    trust = ArchivePolicy(source, policy)
    engine.enter()
    sweep(engine.layout)
    try:
        with BlobStaging(engine.layout, "load") as staging:
            tree = open_tree(source, staging, read_progress)
            images = choose(tree, read_images(tree, wanted), only)
            if called:
                images = [one_of(tree, images).replace(names=(called,))]
            trust.check(tree, images)
            for image in images:
                if not image.platform.matches(wanted):
                    name = familiar(image.names[0]) if image.names else image.id.short
                    engine.notify(f"image {name} is for {image.platform}, not for {wanted}")
            ingest(engine, staging, tree, images, layer_progress)
    except OSError as err:
        raise cannot_store(engine.layout, source.shown, err) from err
    events.image(engine.layout, "loadfromarchive", name=source.shown)
    return [Loaded(image.id, image.names) for image in images]


def choose(tree: Tree, images: list[ArchivedImage], name: str) -> list[ArchivedImage]:
    """Return the images of an archive that a name means: all where there is none. Raises ArchiveError."""
    if not name:
        return images
    if name.startswith("@") and name[1:].isdecimal() and int(name[1:]) < len(images):
        return [images[int(name[1:])]]  # as Podman counts the images of a docker-archive
    wanted = {normalise(tree, name, local=local) for local in (False, True)}
    found = [image.replace(names=tuple(wanted & {*image.names})) for image in images if wanted & {*image.names}]
    if not found:
        there = ", ".join(familiar(known) for image in images for known in image.names)
        raise ArchiveError(
            f"{tree.shown} has no image {name}", hint=f"it has {there}" if there else "its images have no names"
        )
    return found


def one_of(tree: Tree, images: list[ArchivedImage]) -> ArchivedImage:
    """Return the image where there is one. Raises ArchiveError where a name has to say which."""
    if len(images) > 1:
        there = ", ".join(familiar(name) for image in images for name in image.names[:1])
        raise ArchiveError(f"{tree.shown} has {len(images)} images", hint=f"say which behind a colon: {there}")
    return images[0]
