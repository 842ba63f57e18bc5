"""`image copy`: an image from one place to another, be they registries, archives, folders or the store.

What comes from elsewhere and goes elsewhere passes through a store of its own in the staging folder: verified there
blob by blob, never unpacked, and gone in the end.
"""

from __future__ import annotations

import contextlib
import os

from pod.engine.engine import Engine
from pod.engine.images import copy_out, downloads, ingest, load, pull, tag
from pod.engine.images.archive_trust import ArchivePolicy
from pod.engine.images.remote_image import find
from pod.errors import StorageError
from pod.linux import times, workers
from pod.oci import transports
from pod.oci.digest import Digest
from pod.oci.platform import Platform
from pod.oci.reference import Reference
from pod.record import Record
from pod.registry.access import Access
from pod.registry.options import RegistryOptions
from pod.registry.trust import remote
from pod.registry.trust.policy import Policy
from pod.storage import image_changes
from pod.storage.archives.opening import open_tree, read_images
from pod.storage.blobs import BlobStaging
from pod.storage.follower import Follower
from pod.storage.image_changes import ImageChanges, NewImage
from pod.storage.images import ImageStore
from pod.storage.staging import Staging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pod.oci.manifest import Descriptor
    from pod.oci.transports import Place
    from pod.registry.repository import Repository

_AT_ONCE = 4


class CopyOptions(Record):
    """How to talk to the registries at both ends, which platform to take, and what the manifest is to be."""

    source: RegistryOptions = RegistryOptions()
    target: RegistryOptions = RegistryOptions()
    platform: str = ""
    format: str = ""  # oci or v2s2, on a registry; "" leaves it as it is
    keep_digest: bool = False  # fail rather than write another manifest


class Copied(Record):
    """The image at its new place: the id, and the digest of the manifest there."""

    id: Digest
    digest: Digest


def copy(engine: Engine, source: Place, target: Place, options: CopyOptions) -> Copied:
    """Copy an image.

    Raises InvalidReference, NoSuchImage, RegistryError, ArchiveError, StorageError, DigestMismatch.
    """
    if target.transport == transports.STORAGE:
        return _into_store(engine, source, tag.full_name(target.name), options)
    writer = copy_out.writer(target, options.target, options.format)  # credentials are read before anything is entered
    with _opened(engine, source, options) as (where, name):
        image = ImageStore(where.layout).get(name)
        digest = writer(where, image)
    if options.keep_digest and digest != image.digest:
        raise StorageError(f"{target} has the image as {digest}, not as {image.digest}: its format knows other types")
    return Copied(image.id, digest)


def into_store(engine: Engine, source: Place, options: CopyOptions) -> list[load.Loaded]:
    """Bring the images of a place into the store under their own names, as `pull` does with an archive."""
    if source.transport == transports.STORAGE:
        image = ImageStore(engine.layout).get(source.name)
        return [load.Loaded(image.id, image.names)]
    if source.transport == transports.DOCKER:
        pulled = pull.pull(engine, source.name, options.source, platform=options.platform)
        return [load.Loaded(pulled.id, (pulled.name,))]
    archive = load.open_input(source.path)
    policy = options.source.signature_policy
    return load.load(engine, archive, platform=options.platform, only=source.name, policy=policy)


def _into_store(engine: Engine, source: Place, name: str, options: CopyOptions) -> Copied:
    if source.transport == transports.STORAGE:
        tag.tag(engine, source.name, [name])
    elif source.transport == transports.DOCKER:
        pull.pull(engine, source.name, options.source, platform=options.platform, called=name)
    else:
        archive = load.open_input(source.path)
        policy = options.source.signature_policy
        load.load(engine, archive, platform=options.platform, only=source.name, called=name, policy=policy)
    image = ImageStore(engine.layout).get(name)
    return Copied(image.id, image.digest)


@contextlib.contextmanager
def _opened(engine: Engine, source: Place, options: CopyOptions) -> Iterator[tuple[Engine, str]]:
    """Give the block an engine whose store has the image, and the image's name there."""
    if source.transport == transports.STORAGE:
        yield engine, source.name
        return
    engine.prepare()
    with Staging(engine.layout, "copy") as folder:
        settings = engine.settings.replace(root=f"{folder.folder}/store", runroot=f"{folder.folder}/run")
        scratch = Engine(settings, engine.notify)
        with BlobStaging(scratch.layout, "copy") as staging:
            if source.transport == transports.DOCKER:
                image = _from_registry(engine, staging, source.name, options)
            else:
                image = _from_archive(scratch, staging, source, options)
            with ImageChanges(ImageStore(scratch.layout)) as changes:
                image_changes.publish(changes, staging, [image], times.now())
        yield scratch, str(image.id)


def _from_archive(engine: Engine, staging: BlobStaging, source: Place, options: CopyOptions) -> NewImage:
    wanted = Platform.parse_text(options.platform) if options.platform else Platform.host()
    archive = load.open_input(source.path)
    policy = ArchivePolicy(archive, options.source.signature_policy)
    tree = open_tree(archive, staging)
    image = load.one_of(tree, load.choose(tree, read_images(tree, wanted), source.name))
    policy.check(tree, [image])
    return ingest.stage(engine, staging, tree, image.replace(names=()))


def _from_registry(engine: Engine, staging: BlobStaging, name: str, options: CopyOptions) -> NewImage:
    """Stage an image of a registry. Raises RegistryError."""
    reference = Reference.parse(name).with_default_tag()
    platform = Platform.parse_text(options.platform) if options.platform else None
    policy = Policy.load(options.source.signature_policy)
    place = find(Access(options.source), [reference], platform)
    image = place.image
    policy.check(remote.checked(reference, place.repository, image.descriptor.digest))
    layers = list({layer.digest: layer for layer in image.manifest.layers}.values())
    jobs = [_fetch(engine, staging, place.repository, layer) for layer in layers]
    workers.run_all(jobs, max(_AT_ONCE, workers.cores()))
    downloads.forget(engine.layout, [layer.digest for layer in layers])
    blobs = (staging.add_bytes(image.manifest_data), staging.add_bytes(image.config_data))
    return NewImage(image.descriptor, blobs[1], (), (*blobs, *(layer.digest for layer in layers)))


def _fetch(
    engine: Engine, staging: BlobStaging, repository: Repository, layer: Descriptor
) -> Callable[[Callable[[int], None]], None]:
    def fetch(report: Callable[[int], None]) -> None:
        with contextlib.suppress(OSError):  # the store has it not, or lies elsewhere
            os.link(engine.layout.blob(layer.digest), staging.path(layer.digest))
        downloads.fetch(engine.layout, staging, repository, layer, report, Follower())

    return fetch
