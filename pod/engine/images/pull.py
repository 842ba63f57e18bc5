"""`pull`: an image from a registry into the store; layers come side by side, each verified before it is unpacked."""

from __future__ import annotations

from pod.engine import events
from pod.engine.images import downloads
from pod.engine.images.publish import cannot_store, publish
from pod.engine.images.pull_layers import fetch_layers
from pod.engine.images.remote_image import Place, RemoteImage, find
from pod.errors import NoSuchImage, RegistryError
from pod.linux import times
from pod.oci.digest import Digest
from pod.oci.platform import Platform
from pod.oci.reference import Reference
from pod.record import Record
from pod.registry import short_names
from pod.registry.access import Access
from pod.registry.options import RegistryOptions
from pod.registry.short_names import Meaning
from pod.registry.trust import remote
from pod.registry.trust.policy import Policy
from pod.storage.blobs import BlobStaging
from pod.storage.image_changes import ImageChanges, NewImage
from pod.storage.images import ImageStore, familiar
from pod.storage.layers import LayerStore
from pod.storage.staging import sweep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

    from pod.engine.engine import Engine
    from pod.engine.options import ImageSource
    from pod.oci.manifest import Descriptor
    from pod.registry.repository import Repository
    from pod.storage.images import Entry


class PullProgress:
    """What may be heard of a pull; this one keeps it to itself."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The pull is over, well or not."""

    def begin(self, reference: Reference, repository: Repository) -> None:
        """The image is looked up on that repository."""

    def layers(self, layers: tuple[Descriptor, ...], present: frozenset[Digest]) -> None:
        """The image has these layers; those present need not come."""

    def layer(self, layer: Descriptor, fetched: int, unpacked: int) -> None:
        """So many bytes of a layer are here, and so many of them are unpacked."""

    def end(self, pulled: Pulled) -> None:
        """The image is in the store."""


class Pulled(Record):
    """An image that was pulled: its id, its name in full, the digest of what the name leads to, whether it is new."""

    id: Digest
    name: str
    digest: Digest
    fresh: bool


def pull(
    engine: Engine,
    name: str,
    options: RegistryOptions | None = None,
    *,
    policy: str = "always",
    platform: str = "",
    progress: PullProgress | None = None,
    notice: str = "",
    called: str = "",
) -> Pulled:
    """Pull an image by the policy always, missing, newer or never, to be `called` otherwise than it is there.

    The notice is told before anything is fetched.

    Raises InvalidReference, NoSuchImage, RegistryError, DigestMismatch, ArchiveError, StorageError.
    """
    wanted = Platform.parse_text(platform) if platform else None
    access = Access(options or RegistryOptions())
    found = access.conf.meaning(name)
    store = ImageStore(engine.layout)
    stored = _stored(store, name, found.candidates, wanted)
    if policy == "never" and stored is None:
        raise NoSuchImage(name, hint="`pod pull` fetches it; the policy here is never to do so")
    if stored is not None and policy in ("missing", "never"):
        return Pulled(stored.id, stored.name, stored.manifest, False)
    if notice:
        engine.notify(notice)
    try:
        found = short_names.settle(name, found, access.conf.short_name_mode, engine.choose_image)
        return _pull_first(engine, access, found, wanted, progress or PullProgress(), called)
    except RegistryError:
        if policy == "newer" and stored is not None:
            return Pulled(stored.id, stored.name, stored.manifest, False)
        raise


def for_container(engine: Engine, name: str, source: ImageSource, missing: NoSuchImage | None = None) -> str:
    """Pull the image of a new container and return its id; `missing` is what the store said. Raises NoSuchImage, too:

    a name that no registry can be asked about is most likely a wrong one.
    """
    notice = ""
    if missing is not None:
        notice = f"Unable to find image '{familiar(str(Reference.parse(name).with_default_tag()))}' locally"
    options = registry_options(source)
    make_progress = PullProgress if source.quiet or engine.pull_progress is None else engine.pull_progress
    how = {"policy": source.pull, "platform": source.platform, "notice": "" if source.quiet else notice}
    try:
        with make_progress() as progress:
            return str(pull(engine, name, options, progress=progress, **how).id)
    except RegistryError as err:
        if missing is None:
            raise
        raise NoSuchImage(name, hint=f"{err.message}\n{err.hint}".strip()) from err


def registry_options(source: ImageSource) -> RegistryOptions:
    """Return how to talk to registries about the image of a container or of a build."""
    return RegistryOptions(
        source.authfile, source.credentials, source.tls_verify, source.cert_dir, source.retry, source.retry_delay
    )


def pull_all_tags(engine: Engine, name: str, options: RegistryOptions, progress: PullProgress) -> list[Pulled]:
    """Pull every tag of a repository."""
    access = Access(options)
    found = short_names.settle(name, access.conf.meaning(name), access.conf.short_name_mode, engine.choose_image)
    reference = found.candidates[0]
    tags: list[str] = []
    for repository in access.sources(reference):
        tags = repository.tags()
        break
    return [_pull_first(engine, access, Meaning((reference.replace(tag=tag),)), None, progress) for tag in tags]


def _stored(store: ImageStore, name: str, candidates: Sequence[Reference], platform: Platform | None) -> Entry | None:
    """Return the entry of an image that is in the store under the name, or under one that it stands for."""
    for known in (name, *map(str, candidates)):
        try:
            entry, _ = store.lookup(known)
        except NoSuchImage:
            continue
        if platform is None or store.image(entry).platform.matches(platform):
            return entry
    return None


def _pull_first(
    engine: Engine,
    access: Access,
    found: Meaning,
    platform: Platform | None,
    progress: PullProgress,
    called: str = "",
) -> Pulled:
    """Pull the first candidate that there is, from the first place that has it."""
    policy = Policy.load(access.options.signature_policy)
    place = find(access, found.candidates, platform, progress.begin)
    policy.check(remote.checked(place.reference, place.repository, place.image.descriptor.digest))
    pulled = _store(engine, place, progress, called)
    if found.short:
        short_names.record(found.short, place.reference)
    return pulled


def _store(engine: Engine, place: Place, progress: PullProgress, called: str) -> Pulled:
    """Bring what is missing of an image into the store and list it. The work is done in the user's namespace."""
    reference, image = place.reference, place.image
    name = called or str(reference.replace(tag="") if reference.digest else reference)
    pulled = Pulled(image.manifest.config.digest, name, image.digest, True)
    engine.enter()
    if _list_again(engine, pulled, image):
        pulled = pulled.replace(fresh=False)
    else:
        sweep(engine.layout)
        downloads.sweep(engine.layout)
        try:
            _store_new(engine, place, pulled, progress)
        except OSError as err:
            raise cannot_store(engine.layout, name, err) from err
    events.image(engine.layout, "pull", str(pulled.id), name)
    progress.end(pulled)
    return pulled


def _list_again(engine: Engine, pulled: Pulled, image: RemoteImage) -> bool:
    """Give the name to an image that the store has, whole; false where it has not."""
    with ImageChanges(ImageStore(engine.layout)) as changes:
        same = changes.of_manifest(image.descriptor.digest)
        if not same or not all(LayerStore(engine.layout).has(diff_id) for diff_id in image.config.rootfs.diff_ids):
            return False
        if not any(entry.name == pulled.name for entry in same):
            changes.tag(same[0], pulled.name, times.now())
        return True


def _store_new(engine: Engine, place: Place, pulled: Pulled, progress: PullProgress) -> None:
    image = place.image
    layers = dict(zip(image.config.rootfs.diff_ids, image.manifest.layers, strict=True))
    with BlobStaging(engine.layout, "pull") as staging:
        fetch_layers(engine, place.repository, staging, layers, progress)
        blobs = (
            staging.add_bytes(image.manifest_data),
            staging.add_bytes(image.config_data),
            *(layer.digest for layer in image.manifest.layers),
        )
        new = NewImage(image.descriptor, pulled.id, (pulled.name,), blobs)
        publish(engine, staging, [new], layers)
    downloads.forget(engine.layout, blobs)
